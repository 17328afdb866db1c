package io.zokor.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * What the server must know of a ClientHello before it can make an engine for it (RFC 8446 section 4.1.2; the same layout since
 * TLS 1.0). Stateless reading; the engine reads the same bytes again and judges the rest.
 *
 * @param serverName the name the client asks for (SNI, RFC 6066 section 3), lower case, or {@code null}
 */
record ClientHello(@Nullable String serverName) {

    /** Most bytes of records that a ClientHello may take. With post-quantum key shares they have some 2,000. */
    static final int MAX_BYTES = 16 * 1024;

    private static final int HANDSHAKE = 22;

    private static final int CLIENT_HELLO = 1;

    private static final int SERVER_NAME = 0;

    private static final int HOST_NAME = 0;

    /** The longest method and the space after it that is taken for HTTP. */
    private static final int MAX_METHOD = 20;

    /**
     * Reads until the ClientHello is there, in as many records as it takes, and leaves all bytes where they are.
     *
     * @param input the records
     * @return the ClientHello
     * @throws ClientHelloException if it is none
     * @throws PlainHttpOnTlsException if it is a request in plain HTTP; it is not answered yet
     * @throws PeerGoneException if the input ends
     * @throws IOException if reading fails
     */
    static ClientHello read(TlsInput input) throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream(0);
        int record = 0;
        while (true) {
            need(input, record + 1);
            int type = input.peek(record);
            if (type != HANDSHAKE) {
                if (record == 0) {
                    refusePlainHttp(input);
                }
                throw new ClientHelloException(TlsAlert.UNEXPECTED_MESSAGE, "what came first is not a TLS handshake");
            }
            need(input, record + TlsInput.HEADER);
            int length = input.peek(record + 3) << 8 | input.peek(record + 4);
            if (input.peek(record + 1) != 3) {
                throw new ClientHelloException(TlsAlert.PROTOCOL_VERSION, "not a version of TLS");
            }
            // Empty fragments of handshake messages are not allowed (RFC 8446 section 5.1).
            if (length == 0 || record + TlsInput.HEADER + length > MAX_BYTES) {
                throw new ClientHelloException(TlsAlert.RECORD_OVERFLOW,
                        "the records of a ClientHello are empty or longer than " + MAX_BYTES + " bytes");
            }
            record += TlsInput.HEADER;
            need(input, record + length);
            for (int i = 0; i < length; i++) {
                message.write(input.peek(record + i));
            }
            record += length;
            ClientHello complete = parse(ByteBuffer.wrap(message.toByteArray()));
            if (complete != null) {
                return complete;
            }
        }
    }

    /**
     * Parses a handshake message.
     *
     * @param message its bytes so far, from its type on
     * @return the ClientHello, or {@code null} if more must come
     * @throws ClientHelloException if it is none
     */
    static @Nullable ClientHello parse(ByteBuffer message) throws ClientHelloException {
        if (message.get(0) != CLIENT_HELLO) {
            throw new ClientHelloException(TlsAlert.UNEXPECTED_MESSAGE,
                    "the first handshake message is not a ClientHello");
        }
        if (message.remaining() < 4) {
            return null;
        }
        int length = message.getInt(0) & 0xffffff;
        if (length > MAX_BYTES) {
            throw new ClientHelloException(TlsAlert.RECORD_OVERFLOW,
                    "the ClientHello is longer than " + MAX_BYTES + " bytes");
        }
        if (message.remaining() < 4 + length) {
            return null;
        }
        ByteBuffer hello = message.slice(4, length);
        int versionAndRandom = 2 + 32;
        skip(hello, versionAndRandom);
        vector(hello, 1); // session id
        vector(hello, 2); // cipher suites
        vector(hello, 1); // compression methods
        String serverName = null;
        if (hello.hasRemaining()) {
            ByteBuffer extensions = vector(hello, 2);
            while (extensions.hasRemaining()) {
                int type = number(extensions, 2);
                ByteBuffer extension = vector(extensions, 2);
                if (type == SERVER_NAME) {
                    if (serverName != null) {
                        throw new ClientHelloException(TlsAlert.ILLEGAL_PARAMETER, "two server_name extensions");
                    }
                    serverName = serverName(extension);
                }
            }
        }
        return new ClientHello(serverName);
    }

    private static @Nullable String serverName(ByteBuffer extension) throws ClientHelloException {
        ByteBuffer list = vector(extension, 2);
        String name = null;
        while (list.hasRemaining()) {
            int type = number(list, 1);
            ByteBuffer value = vector(list, 2);
            if (type != HOST_NAME) {
                continue;
            }
            String text = ServerNames.normalize(StandardCharsets.ISO_8859_1.decode(value).toString());
            // "MUST NOT contain more than one name of the same name_type" (RFC 6066 section 3).
            if (name != null || text.isEmpty() || text.length() > 255
                    || !text.chars().allMatch(ClientHello::mayBeInName)) {
                throw new ClientHelloException(TlsAlert.ILLEGAL_PARAMETER, "the server name asked for is malformed");
            }
            name = text;
        }
        return name;
    }

    private static boolean mayBeInName(int c) {
        return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_';
    }

    /** Throws if the bytes are a method in capital letters and a space. */
    private static void refusePlainHttp(TlsInput input) throws IOException {
        for (int i = 0; i < MAX_METHOD; i++) {
            need(input, i + 1);
            int c = input.peek(i);
            if (c == ' ' && i > 0) {
                throw new PlainHttpOnTlsException("a request in plain HTTP on a TLS port");
            }
            if (c < 'A' || c > 'Z') {
                return;
            }
        }
    }

    private static void need(TlsInput input, int bytes) throws IOException {
        while (input.available() < bytes) {
            if (!input.more()) {
                throw new PeerGoneException("the peer left before its ClientHello", null);
            }
        }
    }

    private static int number(ByteBuffer in, int bytes) throws ClientHelloException {
        if (in.remaining() < bytes) {
            throw malformed();
        }
        int n = 0;
        for (int i = 0; i < bytes; i++) {
            n = n << 8 | in.get() & 0xff;
        }
        return n;
    }

    private static ByteBuffer vector(ByteBuffer in, int lengthBytes) throws ClientHelloException {
        int length = number(in, lengthBytes);
        ByteBuffer content = in.slice(in.position(), Math.min(length, in.remaining()));
        skip(in, length);
        return content;
    }

    private static void skip(ByteBuffer in, int bytes) throws ClientHelloException {
        if (in.remaining() < bytes) {
            throw malformed();
        }
        in.position(in.position() + bytes);
    }

    private static ClientHelloException malformed() {
        return new ClientHelloException(TlsAlert.DECODE_ERROR, "the ClientHello is malformed");
    }
}
