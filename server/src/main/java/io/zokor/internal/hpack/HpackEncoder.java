package io.zokor.internal.hpack;

import java.util.HashMap;
import java.util.Map;

/**
 * Encodes the blocks of a connection (RFC 7541) into a buffer of the caller's. Owned by the lock under which the connection's frames
 * are put in order, for the blocks must be sent in the order in which they were encoded.
 *
 * <p>
 * What goes into the table is decided by name: values that repeat from one response to the next do, those that are of one response
 * only do not, and secrets are marked as never to be indexed by anybody (section 7.1.3).
 *
 * <pre>
 * room = HpackEncoder.MAX_BEGIN + HpackEncoder.MAX_STATUS + maxBytes(…) + …;
 * encoder.begin(buffer, at);
 * encoder.encodeStatus(200);
 * encoder.encode("content-type", "text/plain");
 * end = encoder.end();
 * </pre>
 */
public final class HpackEncoder {

    /** The largest table that is used, whatever the peer allows, in bytes. */
    public static final int MAX_TABLE_BYTES = 4096;

    /** The most that {@link #begin} writes, in bytes: two table sizes. */
    public static final int MAX_BEGIN = 6;

    /** The most that {@link #encodeStatus} writes, in bytes. */
    public static final int MAX_STATUS = 5;

    /** What a field takes beyond its name and value: its first octet, and the lengths of both. */
    private static final int MAX_OVERHEAD = 11;

    /** Values longer than this would put too much else out of the table. */
    private static final int MAX_INDEXED = MAX_TABLE_BYTES / 8;

    private enum Indexing {
        WITHOUT, INCREMENTAL, NEVER
    }

    /** What is known of a name. @param index its first index in the static table, or 0 */
    private record Rule(String name, int index, Indexing indexing) {
    }

    private static final String[] REPEATED = { "accept-ch", "accept-ranges", "access-control-allow-credentials",
        "access-control-allow-headers", "access-control-allow-methods", "access-control-allow-origin",
        "access-control-expose-headers", "access-control-max-age", "allow", "alt-svc", "cache-control",
        "content-encoding", "content-language", "content-security-policy", "content-type",
        "cross-origin-embedder-policy", "cross-origin-opener-policy", "cross-origin-resource-policy", "date",
        "grpc-accept-encoding", "grpc-encoding", "grpc-status", "permissions-policy", "pragma", "referrer-policy",
        "server", "strict-transport-security", "trailer", "vary", "via", "x-content-type-options", "x-frame-options",
        "x-permitted-cross-domain-policies", "x-xss-protection" };

    private static final String[] SECRET = { "authentication-info", "authorization", "cookie", "proxy-authenticate",
        "proxy-authentication-info", "proxy-authorization", "set-cookie", "set-cookie2", "www-authenticate",
        "x-api-key", "x-auth-token", "x-csrf-token", "x-xsrf-token" };

    private static final Map<String, Rule> RULES = new HashMap<>();

    static {
        for (int i = StaticTable.LAST; i > 0; i--) {
            RULES.put(StaticTable.name(i), new Rule(StaticTable.name(i), i, Indexing.WITHOUT));
        }
        for (String name : REPEATED) {
            RULES.put(name, new Rule(name, index(name), Indexing.INCREMENTAL));
        }
        for (String name : SECRET) {
            RULES.put(name, new Rule(name, index(name), Indexing.NEVER));
        }
    }

    private static final byte[] NONE = {};

    private final DynamicTable table = new DynamicTable(MAX_TABLE_BYTES);

    /** The smallest table that the peer allowed since the last block, and the last (section 4.2). */
    private int smallest = MAX_TABLE_BYTES;

    private int wanted = MAX_TABLE_BYTES;

    private byte[] out = NONE;

    private int at;

    /** Makes one with an empty table of 4,096 bytes. */
    public HpackEncoder() {
    }

    private static int index(String name) {
        Rule rule = RULES.get(name);
        return rule == null ? 0 : rule.index;
    }

    /**
     * The peer's SETTINGS_HEADER_TABLE_SIZE. The next block begins with what it has to know of it, so this is called when the SETTINGS
     * are acknowledged, and not while a block is encoded.
     *
     * @param bytes the most that it allows, in bytes; beyond {@link #MAX_TABLE_BYTES} without effect
     */
    public void maxTableBytes(long bytes) {
        wanted = Math.clamp(bytes, 0, MAX_TABLE_BYTES);
        smallest = Math.min(smallest, wanted);
    }

    /** {@return the size of the table (section 4.1), in bytes} */
    public int tableBytes() {
        return table.bytes();
    }

    /**
     * How much room a field needs at most.
     *
     * @param name the name
     * @param value the value
     * @return the bytes, at most
     */
    public static int maxBytes(String name, String value) {
        return name.length() + value.length() + MAX_OVERHEAD;
    }

    /**
     * Begins a block. It tells the peer of a table that has changed.
     *
     * @param buffer takes the block; must have room for {@link #MAX_BEGIN} and {@link #maxBytes} of all that follows
     * @param from where it begins
     */
    public void begin(byte[] buffer, int from) {
        out = buffer;
        at = from;
        if (smallest < table.maxBytes()) {
            table.maxBytes(smallest);
            integer(0x20, 0x1f, smallest);
        }
        if (wanted != table.maxBytes()) {
            table.maxBytes(wanted);
            integer(0x20, 0x1f, wanted);
        }
        smallest = wanted;
    }

    /**
     * Ends the block.
     *
     * @return the position behind its last byte
     */
    public int end() {
        out = NONE;
        return at;
    }

    /**
     * Encodes {@code :status}, which must be the first field of a response.
     *
     * @param status from 100 to 999
     */
    public void encodeStatus(int status) {
        int index = switch (status) {
            case 200 -> StaticTable.STATUS;
            case 204 -> StaticTable.STATUS + 1;
            case 206 -> StaticTable.STATUS + 2;
            case 304 -> StaticTable.STATUS + 3;
            case 400 -> StaticTable.STATUS + 4;
            case 404 -> StaticTable.STATUS + 5;
            case 500 -> StaticTable.STATUS + 6;
            default -> 0;
        };
        if (index > 0) {
            integer(0x80, 0x7f, index);
        } else {
            out[at++] = StaticTable.STATUS;
            out[at++] = 3;
            out[at++] = (byte) ('0' + status / 100);
            out[at++] = (byte) ('0' + status / 10 % 10);
            out[at++] = (byte) ('0' + status % 10);
        }
    }

    /**
     * Encodes a field.
     *
     * @param lowerCaseName its name, in lower case
     * @param value its value; characters beyond Latin-1 become question marks, as in HTTP/1
     */
    public void encode(String lowerCaseName, String value) {
        Rule rule = RULES.get(lowerCaseName);
        if (rule == null) {
            literal(0x00, 0x0f, 0, lowerCaseName, value);
            return;
        }
        switch (rule.indexing) {
            case NEVER -> literal(0x10, 0x0f, rule.index, rule.name, value);
            case WITHOUT -> {
                int index = inStaticTable(rule, value);
                if (index > 0) {
                    integer(0x80, 0x7f, index);
                } else {
                    literal(0x00, 0x0f, rule.index, rule.name, value);
                }
            }
            case INCREMENTAL -> repeated(rule, value);
        }
    }

    private void repeated(Rule rule, String value) {
        int index = table.find(rule.name, value);
        if (index > 0) {
            integer(0x80, 0x7f, StaticTable.LAST + index);
        } else if (repeats(value) && DynamicTable.size(rule.name, value) <= table.maxBytes()) {
            literal(0x40, 0x3f, rule.index, rule.name, value);
            table.add(rule.name, value);
        } else {
            literal(0x00, 0x0f, rule.index, rule.name, value);
        }
    }

    /** Policies with a nonce and types with a boundary are of one response only. */
    private static boolean repeats(String value) {
        return value.length() <= MAX_INDEXED && !value.contains("nonce-") && !value.contains("boundary=");
    }

    private static int inStaticTable(Rule rule, String value) {
        for (int i = rule.index; i > 0 && i <= StaticTable.LAST && StaticTable.name(i).equals(rule.name); i++) {
            if (StaticTable.value(i).equals(value)) {
                return i;
            }
        }
        return 0;
    }

    private void literal(int first, int prefix, int nameIndex, String name, String value) {
        integer(first, prefix, nameIndex);
        if (nameIndex == 0) {
            string(name);
        }
        string(value);
    }

    /** In Huffman code where that is shorter. */
    private void string(String text) {
        int length = text.length();
        int encoded = Huffman.encodedLength(text);
        if (encoded < length) {
            integer(0x80, 0x7f, encoded);
            at = Huffman.encode(text, out, at);
            return;
        }
        integer(0x00, 0x7f, length);
        for (int i = 0; i < length; i++) {
            out[at++] = (byte) Huffman.latin1(text.charAt(i));
        }
    }

    /** Section 5.1. @param first the bits before the prefix @param prefix the prefix's bits, all ones */
    private void integer(int first, int prefix, int value) {
        if (value < prefix) {
            out[at++] = (byte) (first | value);
            return;
        }
        out[at++] = (byte) (first | prefix);
        int rest = value - prefix;
        for (; rest >= 0x80; rest >>>= 7) {
            out[at++] = (byte) (rest | 0x80);
        }
        out[at++] = (byte) rest;
    }
}
