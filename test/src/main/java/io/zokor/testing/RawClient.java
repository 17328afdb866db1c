package io.zokor.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
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

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

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

    private final Socket socket;
    private final WireReader in;
    private final OutputStream out;

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new WireReader(socket, socket.getInputStream());
        this.out = socket.getOutputStream();
        timeout(Await.BOUND);
    }

    /** One whose connection was reset while it was made. */
    private RawClient(Socket socket, IOException cause) {
        this.socket = socket;
        this.in = WireReader.reset(socket);
        this.out = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("the connection was reset while it was made", cause);
            }
        };
    }

    /**
     * Connects to a port of the loopback address.
     *
     * @param port the port
     * @return the client, connected
     * @throws UncheckedIOException if there is no connection, but for one that was reset while it was made
     */
    public static RawClient connect(int port) {
        return connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /**
     * Connects to an address: of the network or a Unix domain socket.
     *
     * @param address the address
     * @return the client, connected
     * @throws UncheckedIOException if there is no connection, but for one that was reset while it was made
     */
    public static RawClient connect(SocketAddress address) {
        return connect(address, 0);
    }

    /**
     * Connects with a small receive buffer, 0 for the system's, so that a server's writes soon block.
     *
     * @param address the address
     * @param receiveBuffer its size in bytes, or 0
     * @return the client, connected
     * @throws UncheckedIOException if there is no connection, but for one that was reset while it was made
     */
    public static RawClient connect(SocketAddress address, int receiveBuffer) {
        return connect(address, receiveBuffer, null);
    }

    /**
     * Connects to a port of the loopback address from an address of this machine, for servers that tell clients apart. On Linux the
     * whole of 127.0.0.0/8 is of this machine.
     *
     * @param from the client's address, for example {@code 127.0.0.2}
     * @param port the port
     * @return the client, connected
     * @throws UncheckedIOException if there is no connection, but for one that was reset while it was made
     */
    public static RawClient connectFrom(String from, int port) {
        return connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0,
                new InetSocketAddress(InetAddress.ofLiteral(from), 0));
    }

    private static RawClient connect(SocketAddress address, int receiveBuffer, @Nullable SocketAddress from) {
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
                if (from != null) {
                    socket.bind(from);
                }
                socket.connect(address, (int) Await.BOUND.toMillis());
                return new RawClient(socket);
            } catch (IOException e) {
                socket.close();
                if (WireReader.isReset(e)) {
                    return new RawClient(socket, e);
                }
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("no connection to " + address, e);
        }
    }

    /**
     * Connects by TLS, handshake included.
     *
     * @param port the port
     * @param context whom to trust, and the identity if there is one
     * @param serverName the name that is sent (SNI, RFC 6066)
     * @param alpn the protocols offered by ALPN (RFC 7301), none for no ALPN
     * @return the client, after the handshake
     * @throws UncheckedIOException if there is no connection, or the handshake fails
     */
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

    /**
     * Sets how long a read may take; {@link Await#BOUND} unless told otherwise.
     *
     * @param duration how long, at least a millisecond
     * @return this client
     */
    public RawClient timeout(Duration duration) {
        if (in.isEnded()) {
            return this;
        }
        try {
            socket.setSoTimeout((int) duration.toMillis());
            return this;
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Sends wire text as it is: line ends are the caller's.
     *
     * @param text the text, one character a byte
     * @return this client
     * @throws UncheckedIOException if the connection is closed, by either side
     */
    public RawClient send(String text) {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /**
     * Sends bytes.
     *
     * @param bytes the bytes, sent as they are
     * @return this client
     * @throws UncheckedIOException if the connection is closed, by either side
     */
    public RawClient send(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
            return this;
        } catch (IOException e) {
            // The system tells of a reset once: a read after this one sees a plain end.
            in.sawReset(e);
            throw new UncheckedIOException("cannot send", e);
        }
    }

    /**
     * Sends bytes, and tells whether the server let them through, for servers that may have hung up already.
     *
     * @param text the text, one character a byte
     * @return whether the system took them
     */
    public boolean trySend(String text) {
        try {
            send(text);
            return true;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /**
     * Sends lines, each ended by CRLF, and an empty one.
     *
     * @param lines request line and fields, without line ends
     * @return this client
     * @throws UncheckedIOException if the connection is closed, by either side
     */
    public RawClient sendHead(String... lines) {
        return send(String.join("\r\n", lines) + "\r\n\r\n");
    }

    /**
     * Sends a GET request with nothing but Host, and reads the response.
     *
     * @param target the request target
     * @return the response
     * @throws AssertionError if no response comes in time, or a malformed one
     */
    public RawResponse get(String target) {
        return sendHead("GET " + target + " HTTP/1.1", "Host: localhost").readResponse();
    }

    /**
     * Sends a POST request with a body of known length, and reads the response.
     *
     * @param target the request target
     * @param contentType the media type of the body
     * @param body the body
     * @return the response
     * @throws AssertionError if no response comes in time, or a malformed one
     */
    public RawResponse post(String target, String contentType, byte[] body) {
        sendHead("POST " + target + " HTTP/1.1", "Host: localhost", "Content-Type: " + contentType,
                "Content-Length: " + body.length);
        return send(body).readResponse();
    }

    /**
     * Reads the next final response with its body, and the interim ones before it.
     *
     * @return the response
     * @throws AssertionError if no response comes in time, or a malformed one
     */
    public RawResponse readResponse() {
        return readResponse(false);
    }

    /**
     * Reads the next final response to a HEAD request, which has no body whatever its fields say.
     *
     * @return the response
     * @throws AssertionError if no response comes in time, or a malformed one
     */
    public RawResponse readHeadResponse() {
        return readResponse(true);
    }

    /**
     * Reads the head of the next response, interim or final, and leaves the body.
     *
     * @return the head, with an empty body
     * @throws AssertionError if no response comes in time, or a malformed one
     */
    public RawResponse readHead() {
        try {
            return new ResponseReader(in).head();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RawResponse readResponse(boolean toHead) {
        try {
            return new ResponseReader(in).response(toHead);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return all that comes until the server ends the connection, as text; a reset ends it as well} */
    public String readAll() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            in.copy(Long.MAX_VALUE, all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /**
     * {@return what comes up to and with a text; fails if the connection ends before}
     *
     * @param text the text, one character a byte
     * @throws AssertionError if the connection ends before, or nothing comes in time
     */
    public String readUntil(String text) {
        try {
            return in.until(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * {@return the next bytes as text; fails if the connection ends before so many have come}
     *
     * @param count how many bytes
     * @throws AssertionError if the connection ends before, or nothing comes in time
     */
    public String readBytes(int count) {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try {
            if (!in.copy(count, read)) {
                throw new AssertionError("the connection ended after " + read.size() + " of " + count + " bytes");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return read.toString(StandardCharsets.ISO_8859_1);
    }

    /**
     * Fails unless the server ends the connection, by FIN or reset, without sending anything more.
     *
     * @return this client
     * @throws AssertionError if more comes, or the end does not come in time
     */
    public RawClient expectClosed() {
        String rest = readAll();
        if (!rest.isEmpty()) {
            throw new AssertionError("more came before the connection ended: " + rest);
        }
        return this;
    }

    /**
     * Fails unless the server resets the connection; what comes before is dropped.
     *
     * @return this client
     * @throws AssertionError if it ends in another way, or not in time
     */
    public RawClient expectReset() {
        readAll();
        if (!in.wasReset()) {
            throw new AssertionError("the connection ended in good order, not by a reset");
        }
        return this;
    }

    /**
     * Reads a response that the server cuts, without a reset where its framing shows the cut: a client could lose what it has not read
     * yet.
     *
     * @return the response, which is not complete
     * @throws AssertionError if it looks whole, or if the server resets the connection although the framing shows the cut
     */
    public RawResponse readCutResponse() {
        RawResponse response = readResponse();
        if (response.complete()) {
            throw new AssertionError("the response looks whole: " + response);
        }
        if (in.wasReset() && response.framing() != RawResponse.Framing.CLOSE) {
            throw new AssertionError("the connection was reset: " + response);
        }
        return response;
    }

    /**
     * {@return whether the server has ended the connection; waits no longer than the time for it}
     *
     * @param bound how long to wait at most
     */
    public boolean isClosedByPeer(Duration bound) {
        if (in.isEnded()) {
            return true;
        }
        try {
            int before = socket.getSoTimeout();
            timeout(bound);
            try {
                return in.fill() < 0;
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
        return in.wasReset();
    }

    /**
     * Ends the client's sending side.
     *
     * @return this client
     */
    public RawClient shutdownOutput() {
        if (in.wasReset()) {
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
            if (!in.wasReset()) {
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
}
