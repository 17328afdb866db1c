package io.zokor.spring.reactive;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webtestclient.autoconfigure.AutoConfigureWebTestClient;
import org.springframework.test.web.reactive.server.WebTestClient;

/** A test as users of WebFlux write it. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, classes = ReactiveApplicationTests.Application.class, properties = "spring.main.web-application-type=reactive")
@AutoConfigureWebTestClient
class WebTestClientTests {

    @Autowired
    private WebTestClient client;

    @Test
    void theClientFindsTheServer() {
        client.get().uri("/hello").exchange().expectStatus().isOk().expectBody(String.class).isEqualTo("hello");
    }

    @Test
    void aBodyGoesThereAndBack() {
        client.post().uri("/echo").bodyValue("ping").exchange().expectStatus().isOk().expectBody(String.class)
                .isEqualTo("ping");
    }
}
