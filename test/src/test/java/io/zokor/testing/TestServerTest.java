package io.zokor.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.zokor.event.CloseReason;
import io.zokor.event.ConnectionState;
import io.zokor.http.Handlers;
import io.zokor.mux.ServeMux;

import org.junit.jupiter.api.Test;

class TestServerTest {

    @Test
    void servesAndTellsWhatHappened() {
        try (TestServer server = TestServer.serving(Handlers.text(200, "hello"))) {
            assertThat(server.client().get("/").text()).isEqualTo("hello");
            assertThat(server.events().awaitEnded(1).status()).isEqualTo(200);
            server.client().reset();
            Await.until("the second connection", () -> server.events().accepted().size() == 2);
            server.awaitOpenConnections(1);
            assertThat(server.events().accepted()).hasSize(2);
        }
    }

    @Test
    void closingItClosesItsClients() {
        TestServer server = TestServer.serving(Handlers.text(200, "hello"));
        try (server) {
            server.client().get("/");
        }
        assertThat(server.events().closeReasons()).containsExactly(CloseReason.CLIENT);
        assertThat(server.events().states(1)).endsWith(ConnectionState.CLOSED);
    }

    @Test
    void aMuxRoutesOnTheWire() {
        ServeMux mux = new ServeMux()
                .handle("GET /items/{id}", (request, response) -> response.write(request.pathValue("id")))
                .handle("/dir/", Handlers.text(200, "dir"));
        try (TestServer server = TestServer.serving(mux)) {
            RawClient client = server.client();
            assertThat(client.get("/items/a%2Fb").text()).isEqualTo("a/b");
            assertThat(client.sendHead("HEAD /items/7 HTTP/1.1", "Host: a").readHeadResponse().header("Content-Length"))
                    .contains("1");
            RawResponse refused = client.sendHead("DELETE /items/7 HTTP/1.1", "Host: a").readResponse();
            assertThat(refused.status()).isEqualTo(405);
            assertThat(refused.header("Allow")).contains("GET, HEAD");
            assertThat(client.get("/dir?x=1").header("Location")).contains("/dir/?x=1");
            assertThat(client.get("/dir/../items//7").header("Location")).contains("/items/7");
            assertThat(client.get("/none").status()).isEqualTo(404);
        }
    }
}
