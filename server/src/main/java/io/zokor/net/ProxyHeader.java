package io.zokor.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * A PROXY protocol header as HAProxy's proxy-protocol.txt defines it: pure parsing, stateless.
 *
 * @param length its length in bytes
 * @param source the client's address, or {@code null} where the header announces none (UNKNOWN, LOCAL, other families)
 * @param destination the address the client connected to, {@code null} together with the source
 */
record ProxyHeader(int length, @Nullable InetSocketAddress source, @Nullable InetSocketAddress destination) {

    /** The longest version 1 header, its CRLF included (section 2.1). */
    static final int MAX_V1 = 107;

    /** The longest version 2 header that is taken, vendor fields included; 16 + 216 is the longest without them. */
    static final int MAX_V2 = 536;

    private static final byte[] V1_SIGNATURE = "PROXY ".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] V2_SIGNATURE = { 0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54,
        0x0a };

    private static final int V2_FIXED = 16;

    /**
     * Parses a header.
     *
     * @param bytes what has come so far; neither position nor limit change
     * @return the header, or {@code null} if more must come
     * @throws ProxyProtocolException as soon as it cannot become one
     */
    static @Nullable ProxyHeader parse(ByteBuffer bytes) throws ProxyProtocolException {
        ByteBuffer in = bytes.slice();
        if (!in.hasRemaining()) {
            return null;
        }
        boolean v1 = in.get(0) == V1_SIGNATURE[0];
        byte[] signature = v1 ? V1_SIGNATURE : V2_SIGNATURE;
        int n = Math.min(in.limit(), signature.length);
        for (int i = 0; i < n; i++) {
            if (in.get(i) != signature[i]) {
                throw new ProxyProtocolException("no PROXY protocol header");
            }
        }
        return v1 ? parseV1(in) : parseV2(in);
    }

    private static @Nullable ProxyHeader parseV1(ByteBuffer in) throws ProxyProtocolException {
        int n = Math.min(in.limit(), MAX_V1);
        for (int i = V1_SIGNATURE.length; i < n; i++) {
            byte b = in.get(i);
            if (b == '\r') {
                if (i + 1 == in.limit() && i + 1 < MAX_V1) {
                    return null;
                }
                if (i + 1 == MAX_V1 || in.get(i + 1) != '\n') {
                    throw new ProxyProtocolException("the PROXY protocol header does not end with CRLF");
                }
                return line(StandardCharsets.US_ASCII.decode(in.slice(0, i)).toString(), i + 2);
            }
            if (b < 0x20 || b > 0x7e) {
                throw new ProxyProtocolException("a byte in the PROXY protocol header that may not be there");
            }
        }
        if (n == MAX_V1) {
            throw new ProxyProtocolException("the PROXY protocol header is longer than " + MAX_V1 + " bytes");
        }
        return null;
    }

    private static ProxyHeader line(String line, int length) throws ProxyProtocolException {
        String[] words = line.split(" ", -1);
        // "The receiver must ignore anything presented before the CRLF" after UNKNOWN (section 2.1).
        if (words[1].equals("UNKNOWN")) {
            return new ProxyHeader(length, null, null);
        }
        boolean v6 = words[1].equals("TCP6");
        if (words.length != 6 || !v6 && !words[1].equals("TCP4")) {
            throw new ProxyProtocolException("the PROXY protocol header is malformed");
        }
        return new ProxyHeader(length, new InetSocketAddress(address(words[2], v6), port(words[4])),
                new InetSocketAddress(address(words[3], v6), port(words[5])));
    }

    private static InetAddress address(String text, boolean v6) throws ProxyProtocolException {
        boolean colon = text.indexOf(':') >= 0;
        try {
            // AddressRange takes exactly the literals that are wanted here: neither names nor zones, brackets or shorthands.
            if (colon == v6 && text.indexOf('/') < 0) {
                AddressRange.parse(text);
                return InetAddress.ofLiteral(text);
            }
        } catch (IllegalArgumentException e) {
            // Told below, without what the peer sent.
        }
        throw new ProxyProtocolException("an address in the PROXY protocol header is malformed");
    }

    private static int port(String text) throws ProxyProtocolException {
        int length = text.length();
        boolean digits = length > 0 && length <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (digits && (length == 1 || text.charAt(0) != '0') && Integer.parseInt(text) <= 65535) {
            return Integer.parseInt(text);
        }
        throw new ProxyProtocolException("a port in the PROXY protocol header is malformed");
    }

    private static @Nullable ProxyHeader parseV2(ByteBuffer in) throws ProxyProtocolException {
        if (in.limit() < V2_FIXED) {
            return null;
        }
        int command = in.get(12) & 0xff;
        if (command != 0x20 && command != 0x21) {
            throw new ProxyProtocolException("the PROXY protocol header has an unknown version or command");
        }
        int length = V2_FIXED + (in.getShort(14) & 0xffff);
        if (length > MAX_V2) {
            throw new ProxyProtocolException("the PROXY protocol header is longer than " + MAX_V2 + " bytes");
        }
        if (in.limit() < length) {
            return null;
        }
        return command == 0x20 ? new ProxyHeader(length, null, null) : addresses(in, length);
    }

    private static ProxyHeader addresses(ByteBuffer in, int length) throws ProxyProtocolException {
        int family = in.get(13) >> 4 & 0xf;
        int transport = in.get(13) & 0xf;
        if (family > 3 || transport > 2) {
            throw new ProxyProtocolException("the PROXY protocol header has an unknown family or transport");
        }
        // AF_UNSPEC, and AF_UNIX, whose paths are of another machine: nothing that a client's address could be.
        if (family == 0 || family == 3 || transport == 0) {
            return new ProxyHeader(length, null, null);
        }
        // DGRAM is taken as STREAM is: a proxy that ends HTTP/3 announces it so.
        int size = family == 1 ? 4 : 16;
        int ports = V2_FIXED + 2 * size;
        if (length < ports + 4) {
            throw new ProxyProtocolException("the PROXY protocol header is too short for its addresses");
        }
        return new ProxyHeader(length,
                new InetSocketAddress(address(in, V2_FIXED, size), in.getShort(ports) & 0xffff),
                new InetSocketAddress(address(in, V2_FIXED + size, size), in.getShort(ports + 2) & 0xffff));
    }

    private static InetAddress address(ByteBuffer in, int at, int size) {
        byte[] raw = new byte[size];
        in.get(at, raw);
        try {
            return InetAddress.getByAddress(raw);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + Arrays.toString(raw), e);
        }
    }
}
