package io.zokor.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;

import org.junit.jupiter.api.Test;

class ResponseRecorderTest {

    private final ResponseRecorder response = new ResponseRecorder();

    @Test
    void isCommittedByAFlushOrAFullBuffer() throws IOException {
        response.controller().bufferSize(4);
        response.write("abcd");
        assertThat(response.controller().isCommitted()).isFalse();
        response.write("e");
        assertThat(response.controller().isCommitted()).isTrue();
        response.headers().set("Late", "x");
        assertThat(response.sentHeaders().contains("Late")).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> response.controller().reset());
    }

    @Test
    void theHeadIsFixedOnce() throws IOException {
        response.headers().set("A", "1");
        response.writeHead(404);
        response.status(200);
        response.headers().set("B", "2");
        assertThat(response.status()).isEqualTo(404);
        assertThat(response.sentHeaders().names()).containsExactly("A");
        assertThat(response.controller().isCommitted()).isFalse();
    }

    @Test
    void keepsInterimResponses() throws IOException {
        response.headers().set("Link", "</a>");
        response.writeHead(103);
        assertThat(response.interim()).hasSize(1);
        assertThat(response.interim().getFirst().getValue().get("Link")).isEqualTo("</a>");
        assertThat(response.status()).isEqualTo(200);
    }

    @Test
    void moreThanTheDeclaredLengthIsAnError() throws IOException {
        response.headers().set("Content-Length", "3");
        response.write("abc");
        assertThatIOException().isThrownBy(() -> response.write("d"));
        assertThat(response.bodyText()).isEqualTo("abc");
    }

    @Test
    void resetMakesItNew() throws IOException {
        response.headers().set("A", "1");
        response.writeHead(500);
        response.write("x");
        response.controller().reset();
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.bodyText()).isEmpty();
        assertThat(response.sentHeaders().isEmpty()).isTrue();
    }
}
