package io.zokor.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

import io.zokor.testing.RawResponse.Framing;

import org.jspecify.annotations.Nullable;

/**
 * A client that sends wire text as it is given and takes responses apart, without any leniency towards the server: a malformed
 * response is an {@link AssertionError}. Text is ISO-8859-1, one character a byte. Every read ends after
 * {@link Await#BOUND} at the latest, with an AssertionError that shows what had come. Not safe for use by several threads, apart
 * from one that sends while another reads.
 *
 * <p>
 * A server that resets a connection as soon as it has accepted it can be faster than the client's {@code connect}, which then
 * fails although the connection was there. Such a client is made all the same, as one whose connection was reset.
 */
public final class RawClient implements AutoCloseable {

    private static final int MAX_LINE = 1 << 20;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    /** Bytes that were read but not handed out: {@code buffer[from]} to {@code buffer[to - 1]}. */
    private byte[] buffer = new byte[8192];
    private int from;
    private int to;
    private boolean ended;
    private boolean reset;

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
        timeout(Await.BOUND);
    }

    /** One whose connection was reset while it was made. */
    private RawClient(Socket socket, IOException cause) {
        this.socket = socket;
        this.in = InputStream.nullInputStream();
        this.out = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("the connection was reset while it was made", cause);
            }
        };
        this.ended = true;
        this.reset = true;
    }

    /** Connects to a port of the loopback address. */
    public static RawClient connect(int port) {
        return connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /** Connects to an address: of the network or a Unix domain socket. */
    public static RawClient connect(SocketAddress address) {
        return connect(address, 0);
    }

    /** Connects with a small receive buffer, 0 for the system's, so that a server's writes soon block. */
    public static RawClient connect(SocketAddress address, int receiveBuffer) {
        try {
            if (address instanceof UnixDomainSocketAddress unix) {
                return new RawClient(UnixSocket.connect(unix));
            }
            Socket socket = new Socket();
            try {
                if (receiveBuffer > 0) {
                    socket.setReceiveBufferSize(receiveBuffer);
                }
                socket.setTcpNoDelay(true);
                socket.connect(address, (int) Await.BOUND.toMillis());
                return new RawClient(socket);
            } catch (IOException e) {
                socket.close();
                if (isReset(e)) {
                    return new RawClient(socket, e);
                }
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("no connection to " + address, e);
        }
    }

    /** Connects by TLS, handshake included. */
    public static RawClient connectTls(int port, SSLContext context, String serverName, String... alpn) {
        RawClient plain = connect(port);
        try {
            SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(plain.socket, serverName, port, true);
            if (alpn.length > 0) {
                var parameters = tls.getSSLParameters();
                parameters.setApplicationProtocols(alpn);
                tls.setSSLParameters(parameters);
            }
            tls.startHandshake();
            return new RawClient(tls);
        } catch (IOException e) {
            plain.close();
            throw new UncheckedIOException("no TLS connection to port " + port, e);
        }
    }

    /** {@return the socket, for tests of TLS or socket options} */
    public Socket socket() {
        return socket;
    }

    /** {@return the client's own port, by which a server knows it; 0 for a Unix domain socket} */
    public int localPort() {
        return socket.getLocalPort();
    }

    /** Sets how long a read may take; {@link Await#BOUND} unless told otherwise. */
    public RawClient timeout(Duration duration) {
        if (ended) {
            return this;
        }
        try {
            socket.setSoTimeout((int) duration.toMillis());
            return this;
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends wire text as it is: line ends are the caller's. */
    public RawClient send(String text) {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends bytes. */
    public RawClient send(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
            return this;
        } catch (IOException e) {
            // The system tells of a reset once: a read after this one sees a plain end.
            reset |= isReset(e);
            throw new UncheckedIOException("cannot send", e);
        }
    }

    /** Sends bytes, and tells whether the server let them through, for servers that may have hung up already. */
    public boolean trySend(String text) {
        try {
            send(text);
            return true;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** Sends lines, each ended by CRLF, and an empty one. */
    public RawClient sendHead(String... lines) {
        return send(String.join("\r\n", lines) + "\r\n\r\n");
    }

    /** Sends a GET request with nothing but Host, and reads the response. */
    public RawResponse get(String target) {
        return sendHead("GET " + target + " HTTP/1.1", "Host: localhost").readResponse();
    }

    /** Sends a POST request with a body of known length, and reads the response. */
    public RawResponse post(String target, String contentType, byte[] body) {
        sendHead("POST " + target + " HTTP/1.1", "Host: localhost", "Content-Type: " + contentType,
                "Content-Length: " + body.length);
        return send(body).readResponse();
    }

    /** Reads the next final response with its body, and the interim ones before it. */
    public RawResponse readResponse() {
        return readResponse(false);
    }

    /** Reads the next final response to a HEAD request, which has no body whatever its fields say. */
    public RawResponse readHeadResponse() {
        return readResponse(true);
    }

    /** Reads the head of the next response, interim or final, and leaves the body. */
    public RawResponse readHead() {
        try {
            String line = line();
            if (line == null) {
                throw new AssertionError("the connection " + (reset ? "was reset" : "ended") + " before a response");
            }
            return head(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RawResponse readResponse(boolean toHead) {
        try {
            List<RawResponse> interim = new ArrayList<>();
            RawResponse head = readHead();
            while (head.status() < 200 && head.status() != 101) {
                interim.add(head);
                head = readHead();
            }
            return body(head, interim, toHead);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RawResponse head(String statusLine) throws IOException {
        if (!statusLine.matches("HTTP/1\\.[01] [1-9][0-9][0-9] [\\t\\x20-\\x7e\\x80-\\xff]*")) {
            throw new AssertionError("not a status line (RFC 9112 section 4): " + statusLine);
        }
        return new RawResponse(statusLine.substring(0, 8), Integer.parseInt(statusLine.substring(9, 12)),
                statusLine.substring(13), fields(), new byte[0], List.of(), List.of(), Framing.NONE, true);
    }

    private RawResponse body(RawResponse head, List<RawResponse> interim, boolean toHead) throws IOException {
        List<String> lengths = head.headers("Content-Length");
        List<String> codings = head.headers("Transfer-Encoding");
        int status = head.status();
        Framing framing;
        if (toHead || status < 200 || status == 204 || status == 304) {
            framing = Framing.NONE;
        } else if (!codings.isEmpty()) {
            if (!lengths.isEmpty() || !codings.equals(List.of("chunked"))) {
                throw new AssertionError("the framing of the response is ambiguous: " + head);
            }
            framing = Framing.CHUNKED;
        } else {
            framing = lengths.isEmpty() ? Framing.CLOSE : Framing.LENGTH;
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        List<Map.Entry<String, String>> trailers = List.of();
        boolean complete = true;
        switch (framing) {
            case NONE -> {
                // nothing follows
            }
            case LENGTH -> {
                if (lengths.size() > 1 || !lengths.getFirst().matches("[0-9]{1,18}")) {
                    throw new AssertionError("Content-Length is malformed: " + head);
                }
                complete = copy(Long.parseLong(lengths.getFirst()), body);
            }
            case CHUNKED -> {
                try {
                    chunks(body);
                    trailers = fields();
                } catch (EOFException e) {
                    complete = false;
                }
            }
            case CLOSE -> {
                copy(Long.MAX_VALUE, body);
                complete = !reset;
            }
        }
        return new RawResponse(head.version(), status, head.reason(), head.headers(), body.toByteArray(), trailers,
                List.copyOf(interim), framing, complete);
    }

    private void chunks(ByteArrayOutputStream body) throws IOException {
        while (true) {
            String line = line();
            if (line == null) {
                throw new EOFException();
            }
            if (!line.matches("[0-9a-fA-F]{1,15}")) {
                throw new AssertionError("not a chunk's size: " + line);
            }
            long size = Long.parseLong(line, 16);
            if (size == 0) {
                return;
            }
            if (!copy(size, body)) {
                throw new EOFException();
            }
            String end = line();
            if (end == null) {
                throw new EOFException();
            }
            if (!end.isEmpty()) {
                throw new AssertionError("a chunk is longer than its size: " + end);
            }
        }
    }

    private List<Map.Entry<String, String>> fields() throws IOException {
        List<Map.Entry<String, String>> fields = new ArrayList<>();
        while (true) {
            String line = line();
            if (line == null) {
                throw new EOFException("the connection ended in the middle of fields");
            }
            if (line.isEmpty()) {
                return fields;
            }
            int colon = line.indexOf(':');
            if (colon <= 0 || line.substring(0, colon).matches(".*[^!#$%&'*+.^_`|~0-9A-Za-z-].*")) {
                throw new AssertionError("not a field (RFC 9112 section 5): " + line);
            }
            fields.add(new SimpleImmutableEntry<>(line.substring(0, colon), line.substring(colon + 1).strip()));
        }
    }

    /** {@return all that comes until the server ends the connection, as text; a reset ends it as well} */
    public String readAll() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            copy(Long.MAX_VALUE, all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /** {@return what comes up to and with a text; fails if the connection ends before} */
    public String readUntil(String text) {
        byte[] wanted = text.getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try {
            while (true) {
                int c = next();
                if (c < 0) {
                    throw new AssertionError("the connection ended before \"" + text + "\": " + read);
                }
                read.write(c);
                if (c == (wanted[wanted.length - 1] & 0xff) && endsWith(read.toByteArray(), wanted)) {
                    return read.toString(StandardCharsets.ISO_8859_1);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the next bytes as text; fails if the connection ends before so many have come} */
    public String readBytes(int count) {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try {
            if (!copy(count, read)) {
                throw new AssertionError("the connection ended after " + read.size() + " of " + count + " bytes");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return read.toString(StandardCharsets.ISO_8859_1);
    }

    /** Fails unless the server ends the connection, by FIN or reset, without sending anything more. */
    public RawClient expectClosed() {
        String rest = readAll();
        if (!rest.isEmpty()) {
            throw new AssertionError("more came before the connection ended: " + rest);
        }
        return this;
    }

    /** Fails unless the server resets the connection; what comes before is dropped. */
    public RawClient expectReset() {
        readAll();
        if (!reset) {
            throw new AssertionError("the connection ended in good order, not by a reset");
        }
        return this;
    }

    /** {@return whether the server has ended the connection; waits no longer than the time for it} */
    public boolean isClosedByPeer(Duration bound) {
        if (ended) {
            return true;
        }
        try {
            int before = socket.getSoTimeout();
            timeout(bound);
            try {
                return fill() < 0;
            } catch (SocketTimeoutException e) {
                return false;
            } finally {
                timeout(Duration.ofMillis(before));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return whether a read has met a reset} */
    public boolean wasReset() {
        return reset;
    }

    /** Ends the client's sending side. */
    public RawClient shutdownOutput() {
        if (reset) {
            return this;
        }
        try {
            socket.shutdownOutput();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Cuts the connection by a reset (SO_LINGER 0). */
    public void reset() {
        try {
            if (!reset) {
                socket.setSoLinger(true, 0);
            }
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        } finally {
            close();
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A line without its CRLF, or null where the connection has ended before its first byte. */
    private @Nullable String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int c = next();
            if (c < 0) {
                if (line.isEmpty()) {
                    return null;
                }
                throw new EOFException("the connection ended in the middle of a line: " + line);
            }
            if (c == '\n') {
                throw new AssertionError("a line ends with LF alone: " + line);
            }
            if (c == '\r') {
                if (next() != '\n') {
                    throw new AssertionError("CR in a line: " + line);
                }
                return line.toString();
            }
            line.append((char) c);
            if (line.length() > MAX_LINE) {
                throw new AssertionError("a line without end: " + line.substring(0, 200));
            }
        }
    }

    private int next() throws IOException {
        if (from == to && fillBounded() < 0) {
            return -1;
        }
        return buffer[from++] & 0xff;
    }

    private boolean copy(long count, ByteArrayOutputStream target) throws IOException {
        long left = count;
        while (left > 0) {
            if (from == to && fillBounded() < 0) {
                return false;
            }
            int size = (int) Math.min(left, to - from);
            target.write(buffer, from, size);
            from += size;
            left -= size;
        }
        return true;
    }

    private int fillBounded() throws IOException {
        try {
            return fill();
        } catch (SocketTimeoutException e) {
            throw new AssertionError("nothing came for " + socket.getSoTimeout() + " ms", e);
        }
    }

    /** Reads more behind what is in the buffer; -1 at the end, be it a reset. */
    private int fill() throws IOException {
        if (ended) {
            return -1;
        }
        if (from == to) {
            from = 0;
            to = 0;
        } else if (to == buffer.length) {
            buffer = Arrays.copyOf(buffer, 2 * to);
        }
        int count;
        try {
            count = in.read(buffer, to, buffer.length - to);
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            if (!isReset(e)) {
                throw e;
            }
            reset = true;
            count = -1;
        }
        if (count < 0) {
            ended = true;
            return -1;
        }
        to += count;
        return count;
    }

    private static boolean isReset(IOException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("reset") || message.contains("broken pipe");
    }

    private static boolean endsWith(byte[] bytes, byte[] end) {
        int offset = bytes.length - end.length;
        return offset >= 0 && Arrays.equals(bytes, offset, bytes.length, end, 0, end.length);
    }
}
