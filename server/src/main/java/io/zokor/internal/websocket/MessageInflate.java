package io.zokor.internal.websocket;

import java.util.Arrays;
import java.util.function.Supplier;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Inflates one message (RFC 7692 section 7.2.2) as its bytes come, so that its user can stop at a limit (CVE-2026-1526). Owned by
 * the thread that reads; to be closed, since an Inflater holds memory outside of the heap.
 */
public final class MessageInflate implements AutoCloseable {

    private static final byte[] TAIL = { 0, 0, (byte) 0xff, (byte) 0xff };

    /** What may be referred to. */
    public static final int WINDOW = 32 * 1024;

    private final Inflater inflater = new Inflater(true);

    private byte[] input = TAIL;

    private int inputLength;

    private boolean done;

    private boolean resume;

    /** Makes one. */
    public MessageInflate() {
    }

    /**
     * Gives it the next compressed bytes; what was given before must have been inflated.
     *
     * @param bytes where they are
     * @param length how many, from the first on
     */
    public void input(byte[] bytes, int length) {
        if (inflater.finished()) {
            // Ended with the bytes before: these follow a block with BFINAL.
            resume = true;
        }
        input = bytes;
        inputLength = length;
        inflater.setInput(bytes, 0, length);
    }

    /** The message has ended: what a sender cuts off is added. */
    public void last() {
        if (!inflater.finished()) {
            input = TAIL;
            inputLength = TAIL.length;
            inflater.setInput(TAIL);
        } else {
            // A last block with BFINAL ends at once, without the empty block that is cut off otherwise.
            done = true;
        }
    }

    /**
     * Inflates.
     *
     * @param bytes where it goes, with room
     * @param offset where to begin
     * @param length room, at least 1
     * @param before what was inflated before, of this message; asked for the last of it where the sender has begun anew
     * @return how many bytes, 0 when more input is needed
     * @throws Fault if that is not DEFLATE
     */
    public int inflate(byte[] bytes, int offset, int length, Supplier<byte[]> before) throws Fault {
        if (resume) {
            resume = false;
            goOn(before.get(), inputLength);
        }
        try {
            while (!done) {
                int n = inflater.inflate(bytes, offset, length);
                if (n > 0) {
                    return n;
                }
                if (!inflater.finished()) {
                    if (inflater.needsDictionary()) {
                        throw new Fault(1007, "not DEFLATE");
                    }
                    return 0;
                }
                int rest = inflater.getRemaining();
                if (rest == 0) {
                    return 0;
                }
                goOn(before.get(), rest);
            }
            return 0;
        } catch (DataFormatException e) {
            throw new Fault(1007, "not DEFLATE");
        }
    }

    /** Section 7.2.1: blocks may follow one with BFINAL, and refer to what was before it. */
    private void goOn(byte[] known, int rest) {
        byte[] pending = Arrays.copyOfRange(input, inputLength - rest, inputLength);
        inflater.reset();
        if (known.length > 0) {
            inflater.setDictionary(known);
        }
        input = pending;
        inputLength = pending.length;
        inflater.setInput(pending);
    }

    @Override
    public void close() {
        inflater.end();
    }
}
