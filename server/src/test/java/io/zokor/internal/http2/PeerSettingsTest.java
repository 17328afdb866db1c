package io.zokor.internal.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings of the client (RFC 9113 section 6.5.2, RFC 9218 section 2.1, RFC 8441 section 3). */
class PeerSettingsTest {

    private final PeerSettings settings = new PeerSettings();

    @Test
    void lastValueCounts() throws Exception {
        read(4, 1, 4, 100_000, 1, 0, 1, 8192, 0x7777, 5);
        assertThat(settings.initialWindow()).isEqualTo(100_000);
        assertThat(settings.tableSize()).isEqualTo(8192);
        assertThat(settings.takeSmallestTableSize()).isZero();
        assertThat(settings.takeSmallestTableSize()).isEqualTo(8192);
    }

    @ParameterizedTest
    @CsvSource({ "2, 2, PROTOCOL_ERROR", "4, 2147483648, FLOW_CONTROL_ERROR", "5, 16383, PROTOCOL_ERROR",
        "5, 16777216, PROTOCOL_ERROR", "8, 2, PROTOCOL_ERROR", "9, 2, PROTOCOL_ERROR" })
    void outOfRange(int id, long value, ErrorCode code) {
        assertThatThrownBy(() -> read(id, value)).isInstanceOfSatisfying(Http2Error.class, e -> {
            assertThat(e.isOfStream()).isFalse();
            assertThat(e.code()).isEqualTo(code);
        });
    }

    @ParameterizedTest
    @CsvSource({ "2, 1", "3, 0", "4, 2147483647", "5, 16384", "5, 16777215", "6, 0", "6, 4294967295", "8, 1", "9, 0",
        "1, 4294967295" })
    void inRange(int id, long value) throws Exception {
        read(id, value);
    }

    @Test
    void noMoreThanThirtyTwoEntries() throws Exception {
        settings.read(new byte[32 * 6], 0, 32 * 6);
        assertThatThrownBy(() -> settings.read(new byte[33 * 6], 0, 33 * 6)).isInstanceOfSatisfying(Http2Error.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.ENHANCE_YOUR_CALM));
    }

    private void read(long... pairs) throws Http2Error {
        ByteBuffer payload = ByteBuffer.allocate(pairs.length / 2 * 6);
        for (int i = 0; i < pairs.length; i += 2) {
            payload.putShort((short) pairs[i]).putInt((int) pairs[i + 1]);
        }
        settings.read(payload.array(), 0, payload.capacity());
    }
}
