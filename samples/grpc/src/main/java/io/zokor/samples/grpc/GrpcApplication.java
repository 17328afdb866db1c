package io.zokor.samples.grpc;

import java.util.Map;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;

/** Starts the application: {@code sample.Greeter} by gRPC. */
@SpringBootApplication
public class GrpcApplication {

    /**
     * Starts the application.
     *
     * @param args Spring Boot's arguments
     */
    public static void main(String[] args) {
        SpringApplication.run(GrpcApplication.class, args);
    }

    @Bean
    Greeter greeter() {
        return new Greeter();
    }

    @Bean
    ServletRegistrationBean<GrpcServlet> grpc(Greeter greeter) {
        GrpcServlet servlet = new GrpcServlet(
                Map.of("Hello", greeter::hello, "Count", greeter::count, "Join", greeter::join,
                        "Chat", greeter::chat, "Fail", greeter::fail, "Wait", greeter::await));
        return new ServletRegistrationBean<>(servlet, "/sample.Greeter/*");
    }
}
