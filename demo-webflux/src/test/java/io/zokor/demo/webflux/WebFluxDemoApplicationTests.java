package io.zokor.demo.webflux;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webtestclient.autoconfigure.AutoConfigureWebTestClient;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.test.web.reactive.server.WebTestClient;
import reactor.core.publisher.Flux;

/** The application over HTTP. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
@AutoConfigureWebTestClient(timeout = "30s")
class WebFluxDemoApplicationTests {

    @Autowired
    private WebTestClient client;

    private List<Message> post(String... texts) {
        return client.post().uri("/api/messages").contentType(MediaType.APPLICATION_NDJSON)
                .body(Flux.fromArray(texts).map(MessageController.NewMessage::new), MessageController.NewMessage.class)
                .exchange().expectStatus().isOk().expectBodyList(Message.class).returnResult().getResponseBody();
    }

    @Test
    void whatIsSaidIsListedAndFollowed() {
        Message first = post("one", "two").getFirst();
        client.get().uri("/api/messages?after={id}", first.id()).accept(MediaType.APPLICATION_JSON).exchange()
                .expectStatus().isOk().expectBodyList(Message.class).contains(new Message(first.id() + 1, "two"));
        Flux<ServerSentEvent<String>> events = client.get().uri("/api/messages").accept(MediaType.TEXT_EVENT_STREAM)
                .header("Last-Event-ID", Long.toString(first.id())).exchange().expectStatus().isOk()
                .returnResult(new ParameterizedTypeReference<ServerSentEvent<String>>() {
                }).getResponseBody();
        assertThat(events.take(1).blockLast(Duration.ofSeconds(30)).data()).isEqualTo("two");
    }
}
