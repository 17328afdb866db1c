package io.zokor.internal.hpack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * Decodes the blocks of a connection (RFC 7541 section 3). Owned by the thread that reads the connection.
 *
 * <p>
 * What a block can cost is bounded by its length: a string is never longer than what the block still holds, or 8/5 of that in
 * Huffman code; fields that come by index are objects that are there already. How large all the fields of a block may be is up to
 * the sink, which sees every one (CVE-2016-6581: a block of 16 KiB may stand for 64 MiB of fields).
 */
public final class HpackDecoder {

    /** The largest integer: no index, size or length comes near to it (section 7.4, CVE-2023-36478). */
    private static final int MAX_INTEGER = 1 << 28;

    /** Octets of an integer behind its prefix. */
    private static final int MAX_CONTINUATION = 4;

    /** Scratch space that is kept from one block to the next. */
    private static final int KEPT_SCRATCH = 512;

    private static final byte[] NONE = {};

    private final int limit;

    private final DynamicTable table;

    private byte[] scratch = NONE;

    private byte[] in = NONE;

    private int at;

    private int end;

    private boolean broken;

    /**
     * Makes one with an empty table.
     *
     * @param maxTableBytes what our SETTINGS_HEADER_TABLE_SIZE says, and how large the peer's table is at first; at least 0
     */
    public HpackDecoder(int maxTableBytes) {
        this.limit = maxTableBytes;
        this.table = new DynamicTable(maxTableBytes);
    }

    /**
     * Decodes a whole block: the fragments of HEADERS and its CONTINUATIONs.
     *
     * @param buffer where it is; not kept
     * @param from its first byte
     * @param to the byte behind its last
     * @param sink takes the fields, in their order
     * @throws HpackException if the block is wrong (COMPRESSION_ERROR), or one before it was not read to its end
     * @throws IOException what the sink throws; no other block can be decoded behind that, so the connection has to end
     */
    public void decode(byte[] buffer, int from, int to, FieldSink sink) throws IOException {
        if (broken) {
            throw new HpackException("a block behind one that was not decoded");
        }
        broken = true;
        in = buffer;
        at = from;
        end = to;
        try {
            sizeUpdates();
            while (at < end) {
                representation(sink);
            }
        } finally {
            in = NONE;
            if (scratch.length > KEPT_SCRATCH) {
                scratch = NONE;
            }
        }
        broken = false;
    }

    /** {@return the size of the table (section 4.1), in bytes} */
    public int tableBytes() {
        return table.bytes();
    }

    /** These stand before the first field only (section 4.2). */
    private void sizeUpdates() throws HpackException {
        while (at < end && (in[at] & 0xe0) == 0x20) {
            int max = integer(0x1f);
            if (max > limit) {
                throw new HpackException("a table larger than SETTINGS_HEADER_TABLE_SIZE (RFC 7541 section 6.3)");
            }
            table.maxBytes(max);
        }
    }

    private void representation(FieldSink sink) throws IOException {
        int first = in[at];
        if (first < 0) {
            int index = integer(0x7f);
            sink.field(name(index), value(index));
        } else if ((first & 0x40) != 0) {
            String name = literalName(0x3f);
            String value = string(false);
            table.add(name, value);
            sink.field(name, value);
        } else if ((first & 0x20) != 0) {
            throw new HpackException("a table size behind a field (RFC 7541 section 4.2)");
        } else {
            sink.field(literalName(0x0f), string(false));
        }
    }

    private String literalName(int prefix) throws HpackException {
        int index = integer(prefix);
        return index == 0 ? string(true) : name(index);
    }

    private String name(int index) throws HpackException {
        return index <= StaticTable.LAST ? StaticTable.name(checked(index)) : table.name(dynamic(index));
    }

    private String value(int index) throws HpackException {
        return index <= StaticTable.LAST ? StaticTable.value(checked(index)) : table.value(dynamic(index));
    }

    private static int checked(int index) throws HpackException {
        if (index == 0) {
            throw new HpackException("index 0 (RFC 7541 section 6.1)");
        }
        return index;
    }

    private int dynamic(int index) throws HpackException {
        if (index - StaticTable.LAST > table.count()) {
            throw new HpackException("an index behind the table's end (RFC 7541 section 2.3.3)");
        }
        return index - StaticTable.LAST;
    }

    private String string(boolean isName) throws HpackException {
        if (at == end) {
            throw truncated();
        }
        boolean huffman = in[at] < 0;
        int length = integer(0x7f);
        if (length > end - at) {
            throw truncated();
        }
        int from = at;
        at += length;
        if (!huffman) {
            return text(in, from, length, isName);
        }
        int room = Huffman.maxDecoded(length);
        if (room > scratch.length) {
            scratch = new byte[Math.max(room, KEPT_SCRATCH)];
        }
        return text(scratch, 0, Huffman.decode(in, from, length, scratch), isName);
    }

    private static String text(byte[] bytes, int from, int length, boolean isName) {
        @Nullable String known = isName ? StaticTable.known(bytes, from, length) : null;
        return known != null ? known : new String(bytes, from, length, StandardCharsets.ISO_8859_1);
    }

    /** Section 5.1. @param prefix the bits of the first octet that belong to it, all ones */
    private int integer(int prefix) throws HpackException {
        int value = in[at++] & prefix;
        if (value < prefix) {
            return value;
        }
        for (int i = 0; i < MAX_CONTINUATION; i++) {
            if (at == end) {
                throw truncated();
            }
            int octet = in[at++];
            value += (octet & 0x7f) << 7 * i;
            if (octet >= 0) {
                if (value > MAX_INTEGER) {
                    break;
                }
                return value;
            }
        }
        throw new HpackException("an integer that is too large or too long (RFC 7541 section 5.1)");
    }

    private static HpackException truncated() {
        return new HpackException("a block that ends within a field");
    }
}
