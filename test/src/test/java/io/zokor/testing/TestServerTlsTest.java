package io.zokor.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import io.zokor.http.Handlers;
import io.zokor.net.TcpListener;

import org.junit.jupiter.api.Test;

class TestServerTlsTest {

    @Test
    void bothClientsTrustTheCertificateThatWasGenerated() throws Exception {
        try (TestServer server = TestServer.builder(Handlers.text(200, "sealed")).tls().start()) {
            assertThat(server.client().get("/").text()).isEqualTo("sealed");
            assertThat(server.uri("/a?b=c")).hasToString("https://localhost:" + server.port() + "/a?b=c");
            HttpResponse<String> response = server.httpClient().send(HttpRequest.newBuilder(server.uri("/a")).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.body()).isEqualTo("sealed");
            assertThat(response.sslSession()).isPresent();
        }
    }

    @Test
    void theJdksClientSpeaksToAServerWithoutTls() throws Exception {
        try (TestServer server = TestServer.serving(Handlers.text(200, "plain"))) {
            HttpResponse<String> response = server.httpClient().send(HttpRequest.newBuilder(server.uri("/")).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.body()).isEqualTo("plain");
            assertThatIllegalStateException().isThrownBy(server::sslContext).withMessageContaining("tls()");
            assertThatIllegalArgumentException().isThrownBy(() -> server.uri("a"));
        }
    }

    @Test
    void tlsAndAListenerOfOnesOwnExcludeEachOther() throws Exception {
        try (var listener = TcpListener
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1)) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> TestServer.builder(Handlers.text(200, "")).tls().source(listener).start());
        }
    }
}
