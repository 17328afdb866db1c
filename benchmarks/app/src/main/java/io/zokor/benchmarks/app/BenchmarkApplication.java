package io.zokor.benchmarks.app;

import java.util.List;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The application; it knows nothing of the container that serves it. Without state, so any thread may call it. */
@SpringBootApplication
@RestController
public class BenchmarkApplication {

    private static final byte[] MEGABYTE = new byte[1 << 20];

    /**
     * A thing to be written as JSON.
     *
     * @param id its number
     * @param name what it is called
     * @param price what it costs
     * @param tags words for it
     */
    public record Item(int id, String name, double price, List<String> tags) {
    }

    /**
     * Starts it.
     *
     * @param args Spring's options
     */
    public static void main(String[] args) {
        SpringApplication.run(BenchmarkApplication.class, args);
    }

    /** The container with next to nothing of Spring's in the way. */
    @Bean
    ServletRegistrationBean<PlainServlet> plain() {
        return new ServletRegistrationBean<>(new PlainServlet(), "/raw", "/upload", "/download");
    }

    /** Takes the time of the container's start; a second factory object in between, so only where it is asked for. */
    @Bean
    @ConditionalOnBooleanProperty("benchmark.container-time")
    static ContainerTime containerTime() {
        return new ContainerTime();
    }

    @GetMapping(path = "/hello", produces = MediaType.TEXT_PLAIN_VALUE)
    String hello() {
        return "ok";
    }

    @GetMapping("/json")
    List<Item> json() {
        return List.of(new Item(17, "spade", 24.5, List.of("garden", "steel", "ash")),
                new Item(18, "rake", 12.25, List.of("garden")));
    }

    @GetMapping("/sleep")
    String sleep(@RequestParam long ms) throws InterruptedException {
        Thread.sleep(ms);
        return "ok";
    }

    @GetMapping(path = "/big", produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    byte[] big() {
        return MEGABYTE;
    }

    @PostMapping(path = "/echo", produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    byte[] echo(@RequestBody byte[] body) {
        return body;
    }
}
