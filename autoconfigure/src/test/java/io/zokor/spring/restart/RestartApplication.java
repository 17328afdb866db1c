package io.zokor.spring.restart;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

import io.zokor.spring.autoconfigure.servlet.ZokorServletWebServerAutoConfiguration;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * An instance of the restart check ({@code .ci/checks/50-restart-nginx.sh}): writes the body of each POST into a file before it
 * works on it for a while and answers, so that after any end it is known what was handled. {@code /ready} tells readiness. As
 * small as an application of Spring Boot can be, so that it starts soon.
 */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({ ZokorServletWebServerAutoConfiguration.class, LifecycleAutoConfiguration.class,
    ApplicationAvailabilityAutoConfiguration.class })
public class RestartApplication {

    /**
     * Starts it.
     *
     * @param arguments properties; {@code handled-file} and {@code work} are its own
     */
    public static void main(String[] arguments) {
        SpringApplication.run(RestartApplication.class, arguments);
    }

    @Bean
    ServletRegistrationBean<HttpServlet> posts(Environment properties) throws IOException {
        Duration work = Duration.ofMillis(properties.getRequiredProperty("work", Long.class));
        Path file = Path.of(properties.getRequiredProperty("handled-file"));
        OutputStream handled = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return new ServletRegistrationBean<>(new HttpServlet() {

            @Override
            protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
                byte[] body = request.getInputStream().readAllBytes();
                // One write of a short line to a file that is appended to: nothing of it can be lost or mixed up.
                handled.write((new String(body, StandardCharsets.US_ASCII) + "\n").getBytes(StandardCharsets.US_ASCII));
                try {
                    Thread.sleep(work);
                } catch (InterruptedException e) {
                    throw new UncheckedIOException(new IOException("interrupted", e));
                }
                response.setStatus(201);
                response.getOutputStream().write(body);
            }
        }, "/");
    }

    @Bean
    ServletRegistrationBean<HttpServlet> ready(ApplicationAvailability availability) {
        return new ServletRegistrationBean<>(new HttpServlet() {

            @Override
            protected void doGet(HttpServletRequest request, HttpServletResponse response) {
                boolean ready = availability.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC;
                response.setStatus(ready ? 200 : 503);
            }
        }, "/ready");
    }
}
