package io.zokor.internal.websocket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Checks UTF-8 (RFC 3629) piece by piece, and fails at the first byte that cannot belong to it. Owned by the thread that reads the
 * text.
 */
public final class Utf8Check {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    /** How many bytes of the character are still to come. */
    private int missing;

    /** What the next byte may be: after some first bytes less than 80 to BF (overlong forms, surrogates, beyond U+10FFFF). */
    private int low = 0x80;

    private int high = 0xbf;

    /** Makes one that expects a beginning. */
    public Utf8Check() {
    }

    /**
     * Checks the next piece.
     *
     * @param bytes where it is
     * @param offset its first byte
     * @param length how many bytes it has
     * @throws Fault if it cannot be UTF-8
     */
    public void check(byte[] bytes, int offset, int length) throws Fault {
        int end = offset + length;
        int i = offset;
        while (i < end) {
            if (missing == 0) {
                while (i + 8 <= end && ((long) LONGS.get(bytes, i) & HIGH_BITS) == 0) {
                    i += 8;
                }
                if (i == end) {
                    return;
                }
            }
            next(bytes[i++] & 0xff);
        }
    }

    /**
     * Checks that the text ends between two characters; it expects a beginning then.
     *
     * @throws Fault if it does not
     */
    public void end() throws Fault {
        if (missing > 0) {
            throw Fault.text();
        }
    }

    /** {@return how many bytes of a character the text so far ends with, when that character is not whole; up to 3} */
    public static int unfinished(byte[] bytes, int offset, int length) {
        for (int back = 1; back <= Math.min(3, length); back++) {
            int b = bytes[offset + length - back] & 0xff;
            if (b < 0x80) {
                return 0;
            }
            if (b >= 0xc0) {
                int whole = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
                return whole > back ? back : 0;
            }
        }
        return 0;
    }

    private void next(int b) throws Fault {
        if (missing > 0) {
            if (b < low || b > high) {
                throw Fault.text();
            }
            low = 0x80;
            high = 0xbf;
            missing--;
            return;
        }
        if (b < 0x80) {
            return;
        }
        if (b < 0xc2 || b > 0xf4) {
            throw Fault.text();
        }
        missing = b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
        if (b == 0xe0) {
            low = 0xa0;
        } else if (b == 0xed) {
            high = 0x9f;
        } else if (b == 0xf0) {
            low = 0x90;
        } else if (b == 0xf4) {
            high = 0x8f;
        }
    }
}
