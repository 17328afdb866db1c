package io.zokor.testing.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

import io.zokor.http.Handler;
import io.zokor.testing.RawClient;
import io.zokor.testing.ResponseRecorder;
import io.zokor.testing.TestRequest;
import io.zokor.testing.TestServer;
import io.zokor.testing.TestServerExtension;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

// The README shows what follows, to the letter; .ci/checks/05-readme.sh compares.
class GreetingTest {

    static final Handler GREETING = (request, response) -> response
            .write("Hello, " + request.headers().get("Name") + "!");

    @RegisterExtension
    static final TestServerExtension SERVER = TestServerExtension.of(TestServer.builder(GREETING).tls());

    @Test
    void withoutASocket() throws Exception {
        var response = new ResponseRecorder();
        GREETING.handle(TestRequest.get("/").header("Name", "you"), response);
        assertEquals("Hello, you!", response.bodyText());
    }

    @Test
    void onTheWire(RawClient client) {
        client.send("GET / HTTP/1.1\r\nHost: a\r\nName: wire\r\n\r\n");
        assertEquals("Hello, wire!", client.readResponse().text());
        client.send("GET / HTTP/1.1\r\nHost : a\r\n\r\n");
        assertEquals(400, client.readResponse().status());
        client.expectClosed();
    }

    @Test
    void withTheJdksClient(TestServer server) throws Exception {
        var request = HttpRequest.newBuilder(server.uri("/")).header("Name", "JDK").build();
        assertEquals("Hello, JDK!", server.httpClient().send(request, BodyHandlers.ofString()).body());
    }
}
