package io.zokor.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;

import io.zokor.internal.http1.Wire.Verdict;
import io.zokor.testing.LogCapture;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Mutations of the corpus: whatever comes is answered or cut, never by a failure of the server's own. A failure names the seed
 * of its input; what is found becomes a named test.
 */
class FuzzTest {

    private static final long SEED = 20_260_101;

    private static final String[] PIECES = { "\r\n", "\n", "\r", "\r\n\r\n", " ", "\t", ":", ",", ";", "\"", "\\", "%",
        "\0", "\u007f", "\u0080", "\u00ff", "0", "-1", "fffffffffffffff", "99999999999999999999", "chunked",
        "Transfer-Encoding: chunked\r\n", "Content-Length: 7\r\n", "Content-Length: 0\r\n", "Host: b\r\n",
        "Connection: close\r\n", "Expect: 100-continue\r\n", "HTTP/1.1", "HTTP/1.0", "GET / HTTP/1.1\r\n",
        "0\r\n\r\n", "*", "http://", "[", "]", "@", "#" };

    @Test
    @Timeout(60)
    void mutations() {
        fuzz(Duration.ofMillis(2500), SEED);
    }

    @Test
    @Tag("long")
    @Timeout(300)
    void manyMutations() {
        fuzz(Duration.ofSeconds(60), System.nanoTime());
    }

    private static void fuzz(Duration time, long firstSeed) {
        long end = System.nanoTime() + time.toNanos();
        try (Wire reading = new Wire(Wire::echo);
                Wire ignoring = new Wire(Wire::ignore);
                LogCapture log = LogCapture.server()) {
            for (long seed = firstSeed; System.nanoTime() - end < 0; seed++) {
                Random random = new Random(seed);
                byte[] input = mutate(random);
                Wire wire = random.nextBoolean() ? reading : ignoring;
                check(seed, wire, input, random, log);
            }
        }
    }

    private static void check(long seed, Wire wire, byte[] input, Random random, LogCapture log) {
        String what = "seed " + seed + ": " + new String(input, StandardCharsets.ISO_8859_1);
        Verdict verdict = wire.serve(ScriptedConn.cutAt(input));
        int cut = random.nextInt(input.length + 1);
        assertThat(wire.serve(ScriptedConn.cutAt(input, cut))).as("cut at %s of %s", cut, what).isEqualTo(verdict);
        assertThat(verdict.statuses()).as(what).doesNotContain(500, 503);
        assertThat(verdict.end()).as(what).isIn("CLIENT", "COMPLETE", "CLIENT_ABORT", "PROTOCOL_ERROR", "LIMIT",
                "PeerGoneException");
        assertThat(log.errors()).as(what).isEmpty();
        assertThat(verdict.rejected().size()).as("only the last can be refused: %s", what).isLessThanOrEqualTo(1);
    }

    private static byte[] mutate(Random random) {
        byte[] bytes = pick(random);
        for (int count = 1 + random.nextInt(4); count > 0; count--) {
            int from = random.nextInt(bytes.length + 1);
            int to = from + random.nextInt(Math.min(bytes.length - from, 16) + 1);
            bytes = switch (random.nextInt(6)) {
                case 0 -> splice(bytes, from, new byte[0], to);
                case 1 -> splice(bytes, from, PIECES[random.nextInt(PIECES.length)]
                        .getBytes(StandardCharsets.ISO_8859_1), from);
                case 2 -> splice(bytes, from, PIECES[random.nextInt(PIECES.length)]
                        .getBytes(StandardCharsets.ISO_8859_1), to);
                case 3 -> splice(bytes, from, new byte[] { (byte) random.nextInt(256) },
                        Math.min(from + 1, bytes.length));
                case 4 -> splice(bytes, to, Arrays.copyOfRange(bytes, from, to), to);
                default -> splice(bytes, from, pick(random), random.nextBoolean() ? bytes.length : from);
            };
        }
        return bytes;
    }

    private static byte[] pick(Random random) {
        return Corpus.ALL.get(random.nextInt(Corpus.ALL.size())).bytes();
    }

    private static byte[] splice(byte[] bytes, int from, byte[] middle, int to) {
        byte[] result = Arrays.copyOf(bytes, from + middle.length + bytes.length - to);
        System.arraycopy(middle, 0, result, from, middle.length);
        System.arraycopy(bytes, to, result, from + middle.length, bytes.length - to);
        return result;
    }
}
