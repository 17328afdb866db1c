package io.zokor.spring.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import io.zokor.spring.boot.ZokorWebServer;
import io.zokor.testing.RawClient;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.boot.web.server.test.AutoConfigureWebServer;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.server.reactive.HttpHandler;
import reactor.core.publisher.Mono;

/** A test slice that has the reactive web server and nothing else of auto-configuration. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, classes = ReactiveSliceTests.Slice.class, properties = "spring.main.web-application-type=reactive")
@AutoConfigureWebServer
class ReactiveSliceTests {

    @LocalServerPort
    private int port;

    @Autowired
    private ReactiveWebServerApplicationContext context;

    @Test
    void zokorServesTheSlice() {
        assertThat(context.getWebServer()).isInstanceOf(ZokorWebServer.class);
        try (RawClient client = RawClient.connect(port)) {
            assertThat(client.get("/").text()).isEqualTo("slice");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Slice {

        @Bean
        HttpHandler handler() {
            return (request, response) -> response.writeWith(
                    Mono.fromSupplier(() -> DefaultDataBufferFactory.sharedInstance.wrap("slice".getBytes())));
        }
    }
}
