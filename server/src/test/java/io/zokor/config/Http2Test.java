package io.zokor.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;

import org.junit.jupiter.api.Test;

class Http2Test {

    private final Http2 http2 = Http2.defaults();

    @Test
    void isOffByDefault() {
        assertThat(http2).isEqualTo(new Http2(false, 128, 1_048_576, null, false));
    }

    @Test
    void offersItsProtocolByAlpnOnlyWhereItIsOn() {
        assertThat(http2.applicationProtocols()).containsExactly("http/1.1");
        assertThat(http2.withEnabled(true).applicationProtocols()).containsExactly("h2", "http/1.1");
    }

    @Test
    void copiesChangeOneValue() {
        assertThat(http2.withEnabled(true).withMaxStreams(7).withMaxStreamWindow(65_535)
                .withPingInterval(Duration.ofSeconds(3)).withAnyScheme(true))
                .isEqualTo(new Http2(true, 7, 65_535, Duration.ofSeconds(3), true));
    }

    @Test
    void refusalsNameTheProperty() {
        assertThatIllegalArgumentException().isThrownBy(() -> http2.withMaxStreams(0))
                .withMessageContaining("zokor.http2.max-streams").withMessageContaining("1 and 10000");
        assertThatIllegalArgumentException().isThrownBy(() -> http2.withMaxStreamWindow(65_534))
                .withMessageContaining("zokor.http2.max-stream-window");
        assertThatIllegalArgumentException().isThrownBy(() -> http2.withPingInterval(Duration.ZERO))
                .withMessageContaining("zokor.http2.ping-interval");
    }
}
