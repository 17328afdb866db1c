package io.zokor.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.zokor.spring.boot.ZokorWebServer;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.TestRestTemplate;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureTestRestTemplate;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.test.web.servlet.client.RestTestClient;

/** Tests as users write them: the clients find the port by themselves. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, classes = ApplicationTests.Application.class)
@AutoConfigureTestRestTemplate
@AutoConfigureRestTestClient
class TestClientTests {

    @Test
    void testRestTemplate(@Autowired TestRestTemplate template, @Autowired ServletWebServerApplicationContext context) {
        assertThat(context.getWebServer()).isInstanceOf(ZokorWebServer.class);
        assertThat(template.getForObject("/hello", String.class)).isEqualTo("hello");
    }

    @Test
    void restTestClient(@Autowired RestTestClient client) {
        client.get().uri("/hello").exchange().expectStatus().isOk().expectBody(String.class).isEqualTo("hello");
    }
}
