package io.zokor.samples.fleet;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts one instance of the shop. */
@SpringBootApplication
public class FleetApplication {

    /**
     * Starts it.
     *
     * @param arguments properties
     */
    public static void main(String[] arguments) {
        SpringApplication.run(FleetApplication.class, arguments);
    }
}
