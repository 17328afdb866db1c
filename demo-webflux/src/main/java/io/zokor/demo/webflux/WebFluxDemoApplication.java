package io.zokor.demo.webflux;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.ContextClosedEvent;

/** Starts the application. */
@SpringBootApplication
public class WebFluxDemoApplication {

    /**
     * Starts the application.
     *
     * @param args Spring Boot's arguments, such as {@code --server.port=8081}
     */
    public static void main(String[] args) {
        SpringApplication.run(WebFluxDemoApplication.class, args);
    }

    @Bean
    MessageLog messageLog(@Value("${demo.messages:1000}") int capacity) {
        return new MessageLog(capacity);
    }

    /** Comes before the grace period of the server, which waits for requests that go on. */
    @Bean
    ApplicationListener<ContextClosedEvent> endOfStreams(MessageLog log) {
        return event -> log.end();
    }
}
