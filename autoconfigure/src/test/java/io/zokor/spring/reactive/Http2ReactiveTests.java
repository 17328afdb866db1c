package io.zokor.spring.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.zokor.spring.Ask;
import io.zokor.spring.H2cClient;
import io.zokor.testing.Await;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;

/** HTTP/2 in whole WebFlux applications: the protocol on its port, and back-pressure down to the window of a stream. */
class Http2ReactiveTests {

    private static final int PIECE = 1000;

    static final AtomicInteger EMITTED = new AtomicInteger();
    static final AtomicBoolean CANCELLED = new AtomicBoolean();

    private ConfigurableApplicationContext context;

    private int start(String... properties) {
        List<String> arguments = new ArrayList<>(
                List.of("--server.port=0", "--server.address=" + InetAddress.getLoopbackAddress()
                        .getHostAddress(), "--spring.main.banner-mode=off", "--server.http2.enabled=true"));
        for (String property : properties) {
            arguments.add("--" + property);
        }
        context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
                .run(arguments.toArray(String[]::new));
        return Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
    }

    @AfterEach
    void end() {
        if (context != null) {
            context.close();
        }
    }

    @Test
    void bothProtocolsOnOnePort() {
        int port = start();
        H2cClient.Answer answer = H2cClient.get(port, "/hello");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("hello");
        assertThat(Ask.get(port, "/hello").text()).isEqualTo("hello");
    }

    /** Nobody is asked for more than waits for the window, however fast the publisher is. */
    @Test
    void aWindowHoldsThePublisherBack() {
        EMITTED.set(0);
        CANCELLED.set(false);
        try (H2cClient client = H2cClient.connect(start(), 10 * PIECE)) {
            int stream = client.send("GET", "http", "/endless");
            assertThat(client.read(stream, 10 * PIECE).text()).hasSize(10 * PIECE);
            client.credit(stream, 5 * PIECE);
            assertThat(client.read(stream, 5 * PIECE).text()).hasSize(5 * PIECE);
            client.cancel(stream);
            Await.until("the publisher is cancelled", CANCELLED::get);
        }
        // What has left, what a response holds together before it is sent, and the four buffers that wait.
        assertThat(EMITTED.get()).isBetween(15, 15 + 8 + 2 * 4);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        RouterFunction<ServerResponse> routes() {
            return RouterFunctions.route().GET("/hello", request -> ServerResponse.ok().bodyValue("hello"))
                    .GET("/endless", request -> ServerResponse.ok().contentType(MediaType.APPLICATION_OCTET_STREAM)
                            .body(BodyInserters.fromDataBuffers(endless())))
                    .build();
        }

        private static Flux<DataBuffer> endless() {
            byte[] piece = "x".repeat(PIECE).getBytes(StandardCharsets.US_ASCII);
            return Flux.<DataBuffer>generate(sink -> {
                EMITTED.incrementAndGet();
                sink.next(DefaultDataBufferFactory.sharedInstance.wrap(piece));
            }).doOnCancel(() -> CANCELLED.set(true));
        }
    }
}
