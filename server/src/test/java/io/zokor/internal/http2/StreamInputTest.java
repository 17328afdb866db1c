package io.zokor.internal.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.Random;

import io.zokor.http.Headers;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.DeadlineSlot;
import io.zokor.net.PeerGoneException;
import io.zokor.net.TimeoutKind;

import org.junit.jupiter.api.Test;

/** A body between the connection's reader and the stream's thread (RFC 9113 sections 6.1 and 6.9). */
class StreamInputTest {

    private final DeadlineSlot slot = new DeadlineSlot();

    @Test
    void whatGoesInComesOutInOrder() throws Exception {
        Random random = new Random(9113);
        byte[] sent = new byte[200_000];
        random.nextBytes(sent);
        StreamInput input = new StreamInput(65_535);
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        byte[] piece = new byte[5000];
        int put = 0;
        while (got.size() < sent.length) {
            int n = Math.min(random.nextInt(1, 5000), sent.length - put);
            if (n > 0 && input.receive(n)) {
                input.put(sent, put, n);
                put += n;
            }
            if (input.available() > 0) {
                got.write(piece, 0, input.read(piece, 0, random.nextInt(1, 5000), slot));
                input.credit(0);
            }
        }
        assertThat(got.toByteArray()).isEqualTo(sent);
        input.end(new Headers().seal());
        assertThat(input.read(piece, 0, 1, slot)).isEqualTo(-1);
        assertThat(input.trailers()).isNotNull();
    }

    @Test
    void noMoreThanTheWindow() {
        StreamInput input = new StreamInput(65_535);
        assertThat(input.receive(65_535)).isTrue();
        assertThat(input.receive(1)).isFalse();
    }

    @Test
    void creditComesWithHalfOfTheWindowAndGrowsIt() throws Exception {
        StreamInput input = new StreamInput(65_535);
        input.receive(40_000);
        input.put(new byte[40_000], 0, 40_000);
        input.read(new byte[10_000], 0, 10_000, slot);
        assertThat(input.growth(1 << 20)).isZero();
        assertThat(input.credit(0)).isZero();
        input.read(new byte[30_000], 0, 30_000, slot);
        assertThat(input.growth(1 << 20)).isEqualTo(65_535);
        assertThat(input.credit(65_535)).isEqualTo(105_535);
        assertThat(input.windowSize()).isEqualTo(131_070);
        assertThat(input.receive(131_070)).isTrue();
        assertThat(input.receive(1)).isFalse();
    }

    @Test
    void failureIsThrownAndWhatWaitedIsLost() {
        StreamInput input = new StreamInput(65_535);
        input.put(new byte[100], 0, 100);
        input.fail(new PeerGoneException("reset", null));
        assertThatThrownBy(() -> input.read(new byte[1], 0, 1, slot)).isInstanceOf(PeerGoneException.class);
    }

    @Test
    void deadlineThatHasPassed() throws Exception {
        slot.set(5, TimeoutKind.STALL);
        slot.claim(5);
        StreamInput input = new StreamInput(65_535);
        assertThatThrownBy(() -> input.read(new byte[1], 0, 1, slot)).isInstanceOf(DeadlineExceededException.class);
    }
}
