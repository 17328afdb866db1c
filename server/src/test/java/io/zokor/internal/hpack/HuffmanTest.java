package io.zokor.internal.hpack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The code of RFC 7541 appendix B and its padding (section 5.2). */
class HuffmanTest {

    /** The first and the last code of each length, from appendix B: the code is canonical, so all others lie between. */
    @ParameterizedTest
    @CsvSource({ "48, 0, 5", "116, 9, 5", "32, 14, 6", "117, 2d, 6", "58, 5c, 7", "122, 7b, 7", "38, f8, 8",
        "90, fd, 8", "33, 3f8, 10", "63, 3fc, 10", "39, 7fa, 11", "124, 7fc, 11", "35, ffa, 12", "62, ffb, 12",
        "0, 1ff8, 13", "126, 1ffd, 13", "94, 3ffc, 14", "125, 3ffd, 14", "60, 7ffc, 15", "123, 7ffe, 15",
        "92, 7fff0, 19", "208, 7fff2, 19", "128, fffe6, 20", "226, fffed, 20", "153, 1fffdc, 21", "230, 1fffe8, 21",
        "129, 3fffd2, 22", "233, 3fffeb, 22", "1, 7fffd8, 23", "239, 7ffff4, 23", "9, ffffea, 24", "237, fffff5, 24",
        "199, 1ffffec, 25", "235, 1ffffef, 25", "192, 3ffffe0, 26", "255, 3ffffee, 26", "203, 7ffffde, 27",
        "254, 7fffff0, 27", "2, fffffe2, 28", "249, ffffffe, 28", "10, 3ffffffc, 30", "22, 3ffffffe, 30" })
    void code(int symbol, String code, int bits) {
        String text = String.valueOf((char) symbol);
        byte[] out = new byte[4];
        int length = Huffman.encode(text, out, 0);
        assertThat(length).isEqualTo((bits + 7) / 8).isEqualTo(Huffman.encodedLength(text));
        long padded = Long.parseLong(code, 16) << 8 * length - bits | (1L << 8 * length - bits) - 1;
        assertThat(Blocks.hex(out).substring(0, 2 * length)).isEqualTo(String.format("%0" + 2 * length + "x", padded));
    }

    @Test
    void everyPairOfOctets() throws Exception {
        for (int a = 0; a < 256; a++) {
            for (int b = 0; b < 256; b++) {
                roundTrip("" + (char) a + (char) b + (char) a);
            }
        }
    }

    @Test
    void randomTexts() throws Exception {
        Random random = new Random(5);
        for (int i = 0; i < 2000; i++) {
            byte[] text = new byte[random.nextInt(200)];
            random.nextBytes(text);
            roundTrip(new String(text, StandardCharsets.ISO_8859_1));
        }
    }

    @Test
    void beyondLatin1IsAQuestionMark() throws Exception {
        byte[] out = new byte[10];
        int length = Huffman.encode("a\u010a\u20acb", out, 0);
        assertThat(length).isEqualTo(Huffman.encodedLength("a\u010a\u20acb"));
        assertThat(decoded(out, length)).isEqualTo("a??b");
    }

    @ParameterizedTest
    @ValueSource(strings = { "ff", "1fff", "ffff", "ffffff", "00", "06", "1e", "f8ff", "fe", "7bfe", "3ffe" })
    void padding(String hex) {
        assertThatThrownBy(() -> decode(hex)).isInstanceOf(HpackException.class).hasMessageContaining("padding");
    }

    @ParameterizedTest
    @ValueSource(strings = { "ffffffff", "fffffffc", "ffffffffff", "07ffffffff", "1fffffffff" })
    void eos(String hex) {
        assertThatThrownBy(() -> decode(hex)).isInstanceOf(HpackException.class).hasMessageContaining("EOS");
    }

    @ParameterizedTest
    @CsvSource({ "'', ''", "07, 0", "1f, a", "f8, &", "fe3f, !" })
    void sevenOnesAtMost(String hex, String text) throws Exception {
        assertThat(decode(hex)).isEqualTo(text);
    }

    private static void roundTrip(String text) throws Exception {
        byte[] out = new byte[4 * text.length() + 1];
        int length = Huffman.encode(text, out, 1) - 1;
        assertThat(length).isEqualTo(Huffman.encodedLength(text));
        byte[] back = new byte[Huffman.maxDecoded(length)];
        int count = Huffman.decode(out, 1, length, back);
        assertThat(new String(back, 0, count, StandardCharsets.ISO_8859_1)).isEqualTo(text);
    }

    private static String decode(String hex) throws HpackException {
        byte[] in = Blocks.bytes(hex);
        return decoded(in, in.length);
    }

    private static String decoded(byte[] in, int length) throws HpackException {
        byte[] out = new byte[Huffman.maxDecoded(length)];
        return new String(out, 0, Huffman.decode(in, 0, length, out), StandardCharsets.ISO_8859_1);
    }
}
