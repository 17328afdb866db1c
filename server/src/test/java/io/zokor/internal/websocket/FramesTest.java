package io.zokor.internal.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

import io.zokor.testing.FrameClient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames, text and compression, without a connection. */
class FramesTest {

    /** Gives the bytes in two pieces, cut at an index, or in random ones. */
    private static FrameReader.Source pieces(byte[] bytes, int cut, Random random) {
        ByteBuffer all = ByteBuffer.wrap(bytes);
        return target -> {
            if (!all.hasRemaining()) {
                return -1;
            }
            int limit = random != null ? all.position() + 1 + random.nextInt(all.remaining())
                    : all.position() < cut ? cut : bytes.length;
            int n = Math.min(target.remaining(), limit - all.position());
            target.put(all.slice(all.position(), n));
            all.position(all.position() + n);
            return n;
        };
    }

    private static List<String> read(FrameReader reader) throws IOException {
        List<String> seen = new ArrayList<>();
        while (reader.next()) {
            ByteArrayOutputStream payload = new ByteArrayOutputStream();
            byte[] buffer = new byte[1000];
            for (int n; (n = reader.read(buffer, 0, buffer.length)) > 0;) {
                payload.write(buffer, 0, n);
            }
            seen.add(reader.opcode() + (reader.isLast() ? " last " : " more ")
                    + payload.toString(StandardCharsets.ISO_8859_1));
        }
        return seen;
    }

    @Test
    void everyFrameSplitAtEveryByte() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(FrameClient.frame(0x01, "begin".getBytes(StandardCharsets.US_ASCII)));
        out.writeBytes(FrameClient.frame(0x89, new byte[125]));
        out.writeBytes(FrameClient.frame(0x80, "x".repeat(126).getBytes(StandardCharsets.US_ASCII)));
        out.writeBytes(FrameClient.frame(0x82, new byte[0]));
        out.writeBytes(FrameClient.frame(0x82, "y".repeat(700).getBytes(StandardCharsets.US_ASCII)));
        byte[] bytes = out.toByteArray();
        List<String> whole = read(new FrameReader(pieces(bytes, 0, null), false));
        assertThat(whole).hasSize(5);
        for (int cut = 1; cut < bytes.length; cut++) {
            assertThat(read(new FrameReader(pieces(bytes, cut, null), false))).isEqualTo(whole);
        }
    }

    @Test
    void randomFramesAgainstAModel() throws Exception {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            List<String> expected = new ArrayList<>();
            boolean open = false;
            for (int i = 0; i < 20; i++) {
                boolean control = random.nextInt(4) == 0;
                int opcode = control ? 9 + random.nextInt(2) : open ? 0 : 1 + random.nextInt(2);
                boolean last = control || random.nextBoolean();
                byte[] payload = new byte[random.nextInt(control ? 126 : random.nextInt(20) == 0 ? 70_000 : 300)];
                random.nextBytes(payload);
                out.writeBytes(FrameClient.frame(opcode | (last ? 0x80 : 0), payload));
                expected.add(opcode + (last ? " last " : " more ")
                        + new String(payload, StandardCharsets.ISO_8859_1));
                open = control ? open : !last;
            }
            assertThat(read(new FrameReader(pieces(out.toByteArray(), 0, random), false))).as("seed " + seed)
                    .isEqualTo(expected);
        }
    }

    @Test
    void textIsJudgedAsTheDecoderOfTheJdkDoes() {
        Random random = new Random(1);
        int[] odd = { 0, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0,
            0xf1,
            0xf4, 0xf5, 0xff };
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[1 + random.nextInt(5)];
            for (int j = 0; j < bytes.length; j++) {
                bytes[j] = (byte) odd[random.nextInt(odd.length)];
            }
            boolean valid;
            try {
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
                valid = true;
            } catch (CharacterCodingException e) {
                valid = false;
            }
            boolean accepted;
            try {
                Utf8Check check = new Utf8Check();
                int cut = random.nextInt(bytes.length + 1);
                check.check(bytes, 0, cut);
                check.check(bytes, cut, bytes.length - cut);
                check.end();
                accepted = true;
            } catch (Fault e) {
                accepted = false;
            }
            assertThat(accepted).isEqualTo(valid);
        }
    }

    private static final Supplier<byte[]> NONE = () -> new byte[0];

    @ParameterizedTest
    @ValueSource(ints = { 8, 9, 12, 15 })
    void whatIsCompressedIsInflated(int windowBits) throws Exception {
        Random random = new Random(windowBits);
        for (int size : new int[] { 1, 100, 256, 257, 5_000, 100_000, 32_768, 65_536, 300_000 }) {
            byte[] bytes = new byte[size];
            for (int i = 0; i < size; i++) {
                bytes[i] = (byte) random.nextInt(4);
            }
            ByteBuffer deflated = new MessageDeflate(windowBits).deflate(bytes, 0, size, new Turn());
            byte[] packed = new byte[deflated.remaining()];
            deflated.get(packed);
            byte[] seen = new byte[size + 1];
            int n = 0;
            try (MessageInflate inflate = new MessageInflate()) {
                inflate.input(packed, packed.length);
                for (int more; (more = inflate.inflate(seen, n, seen.length - n, NONE)) > 0;) {
                    n += more;
                }
                inflate.last();
                for (int more; (more = inflate.inflate(seen, n, seen.length - n, NONE)) > 0;) {
                    n += more;
                }
            }
            assertThat(Arrays.copyOf(seen, n)).isEqualTo(bytes);
        }
    }

    @Test
    void anInputThatEndsWithinAFrameIsAnError() {
        byte[] frame = FrameClient.frame(0x81, new byte[10]);
        for (int length = 1; length < frame.length; length++) {
            byte[] part = Arrays.copyOf(frame, length);
            assertThatThrownBy(() -> read(new FrameReader(pieces(part, 0, null), false)))
                    .isInstanceOf(EOFException.class);
        }
    }

    @Test
    void offersOutsideOfTheGrammarAreRefused() {
        for (String line : List.of("a; =1", "a; b=\"c", "a; b=", "a b", "a;", "\"a\"", "a; b=\"\"", "a; b=\"c d\"")) {
            assertThatThrownBy(() -> ExtensionOffers.parse(List.of(line))).as(line)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
