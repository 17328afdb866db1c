package io.zokor.internal.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is put in comes out, whatever the pieces. */
class ByteChunksTest {

    private static ByteChunks filled(byte[] bytes, Random random, boolean lengthKnown) {
        ByteChunks chunks = new ByteChunks();
        int at = 0;
        while (at < bytes.length) {
            byte[] piece = chunks.piece(1, lengthKnown ? bytes.length - at : 0);
            int room = piece.length - chunks.position();
            assertThat(room).isPositive();
            int n = Math.min(bytes.length - at, 1 + random.nextInt(room));
            System.arraycopy(bytes, at, piece, chunks.position(), n);
            chunks.filled(n);
            at += n;
        }
        return chunks;
    }

    private static byte[] ascii(int size, Random random) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) ('a' + random.nextInt(26));
        }
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, 1, 4_095, 4_096, 4_097, 65_535, 65_536, 65_537, 200_000, 1_000_003 })
    void whatIsPutInComesOut(int size) {
        Random random = new Random(size);
        byte[] bytes = ascii(size, random);
        for (boolean lengthKnown : new boolean[] { false, true }) {
            ByteChunks chunks = filled(bytes, random, lengthKnown);
            assertThat(chunks.size()).isEqualTo(size);
            assertThat(chunks.toText()).isEqualTo(new String(bytes, StandardCharsets.US_ASCII));
            int part = Math.min(size, 32_768);
            assertThat(chunks.tail(part)).isEqualTo(Arrays.copyOfRange(bytes, size - part, size));
            assertThat(chunks.toBuffer()).isEqualTo(ByteBuffer.wrap(bytes));
        }
    }

    @Test
    void aLengthThatWasOnlyPromisedIsNotMadeRoomFor() {
        ByteChunks chunks = new ByteChunks();
        assertThat(chunks.piece(1, 1 << 30)).hasSizeLessThanOrEqualTo(4_096);
    }
}
