package io.zokor.internal.hpack;

import java.util.Arrays;

/**
 * The Huffman code of RFC 7541 appendix B. The code is canonical: its lengths say all of it. Decoding takes eight bits at a time
 * through tables of 256: an entry is a symbol with the bits that are its own, or leads to the table for the next eight. Immutable.
 */
final class Huffman {

    private static final int SYMBOLS = 257;

    private static final int EOS = 256;

    private static final int MIN_BITS = 5;

    private static final int MAX_BITS = 30;

    /** How many bits each symbol's code has, from 0 to 255 and EOS; {@code A} stands for five. */
    private static final String LENGTHS = """
            ISXXXXXXXTZXXZXXXXXXXXZXXXXXXXXXBFFHIBDGFFDGDBBBAAABBBBBBBCDKBHF\
            IBCCCCCCCCCCCCCCCCCCCCCCDCDIOIJBKABABABBBACCBBBABCBAABCCCCCKGJIX\
            PRPPRRRSRSSSSSTSTTRSTSSSSQRSRSSTRQPRRSSQSRRTQRSSQQRQSRSSPRRRSRRS\
            VVPORSRUVVVWWVTUOQVWWVWTQQVVXWWWPTPQRQQSRRUUTTVSVWVVWWWWWXWWWWWVZ""";

    private static final byte[] BITS = new byte[SYMBOLS];

    private static final int[] CODES = new int[SYMBOLS];

    /** Positive: a symbol, and from bit 16 on how many bits of the eight are its own. Negative: where the next table begins. */
    private static final int[] TABLES;

    private static final int TABLE = 256;

    static {
        int code = 0;
        for (int bits = MIN_BITS; bits <= MAX_BITS; bits++) {
            for (int symbol = 0; symbol < SYMBOLS; symbol++) {
                if (LENGTHS.charAt(symbol) - 'A' + MIN_BITS == bits) {
                    BITS[symbol] = (byte) bits;
                    CODES[symbol] = code++;
                }
            }
            code <<= 1;
        }
        TABLES = tables();
    }

    private Huffman() {
    }

    private static int[] tables() {
        int[] tables = new int[TABLE];
        for (int symbol = 0; symbol < SYMBOLS; symbol++) {
            int table = 0;
            int rest = BITS[symbol];
            for (; rest > 8; rest -= 8) {
                int at = table + (CODES[symbol] >>> rest - 8 & 0xff);
                if (tables[at] == 0) {
                    tables[at] = -tables.length;
                    tables = Arrays.copyOf(tables, tables.length + TABLE);
                }
                table = -tables[at];
            }
            int first = table + (CODES[symbol] << 8 - rest & 0xff);
            Arrays.fill(tables, first, first + (1 << 8 - rest), rest << 16 | symbol);
        }
        return tables;
    }

    /** {@return how many bytes decoding may make of so many} */
    static int maxDecoded(int length) {
        return (int) (length * 8L / MIN_BITS);
    }

    /**
     * Decodes a string.
     *
     * @param in where it is
     * @param from its first byte
     * @param length how many bytes it has
     * @param out takes the result from 0 on; has room for {@link #maxDecoded}
     * @return how many bytes the result has
     * @throws HpackException if it holds EOS, or its padding is not ones, or more than seven of them (section 5.2)
     */
    static int decode(byte[] in, int from, int length, byte[] out) throws HpackException {
        int count = 0;
        int table = 0;
        int ahead = 0;
        int bits = 0;
        for (int i = from; i < from + length; i++) {
            ahead = ahead << 8 | in[i] & 0xff;
            bits += 8;
            while (bits >= 8) {
                int entry = TABLES[table + (ahead >>> bits - 8 & 0xff)];
                if (entry < 0) {
                    table = -entry;
                    bits -= 8;
                } else {
                    out[count++] = symbol(entry);
                    bits -= entry >>> 16;
                    table = 0;
                }
            }
        }
        while (bits > 0) {
            int entry = TABLES[table + (ahead << 8 - bits & 0xff)];
            if (entry < 0 || entry >>> 16 > bits) {
                break;
            }
            out[count++] = symbol(entry);
            bits -= entry >>> 16;
            table = 0;
        }
        int ones = (1 << bits) - 1;
        if (table != 0 || (ahead & ones) != ones) {
            throw new HpackException("Huffman padding (RFC 7541 section 5.2)");
        }
        return count;
    }

    private static byte symbol(int entry) throws HpackException {
        int symbol = entry & 0xffff;
        if (symbol == EOS) {
            throw new HpackException("Huffman EOS (RFC 7541 section 5.2)");
        }
        return (byte) symbol;
    }

    /** {@return how many bytes text takes} @param text characters beyond Latin-1 count as question marks */
    static int encodedLength(String text) {
        long bits = 0;
        for (int i = 0; i < text.length(); i++) {
            bits += BITS[latin1(text.charAt(i))];
        }
        return (int) (bits + 7 >>> 3);
    }

    /**
     * Encodes text.
     *
     * @param text the text; characters beyond Latin-1 become question marks
     * @param out takes the result, and has room for {@link #encodedLength}
     * @param at where it begins
     * @return where it ends
     */
    static int encode(String text, byte[] out, int at) {
        long ahead = 0;
        int bits = 0;
        int to = at;
        for (int i = 0; i < text.length(); i++) {
            int symbol = latin1(text.charAt(i));
            ahead = ahead << BITS[symbol] | CODES[symbol];
            bits += BITS[symbol];
            while (bits >= 8) {
                bits -= 8;
                out[to++] = (byte) (ahead >>> bits);
            }
        }
        if (bits > 0) {
            out[to++] = (byte) (ahead << 8 - bits | 0xff >>> bits);
        }
        return to;
    }

    /** Cut to a byte, what is beyond Latin-1 could turn into CR or LF. */
    static int latin1(char c) {
        return c > 0xff ? '?' : c;
    }
}
