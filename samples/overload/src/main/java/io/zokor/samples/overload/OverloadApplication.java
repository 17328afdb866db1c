package io.zokor.samples.overload;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts the application: on Zokor, or on Tomcat with {@code zokor.enabled=false}. */
@SpringBootApplication
public class OverloadApplication {

    /**
     * Starts it.
     *
     * @param arguments properties
     */
    public static void main(String[] arguments) {
        SpringApplication.run(OverloadApplication.class, arguments);
    }
}
