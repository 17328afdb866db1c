package io.zokor.spring;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

import io.zokor.internal.hpack.HpackDecoder;
import io.zokor.internal.hpack.HpackEncoder;

/**
 * A client of HTTP/2 without TLS, by prior knowledge (RFC 9113 section 3.3): as much of one as tests of whole applications need. It
 * gives the server no credit by itself. Used by one thread.
 */
public final class H2cClient implements AutoCloseable {

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int WINDOW_UPDATE = 8;
    private static final int ACK_OR_END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int MAX_CONCURRENT_STREAMS = 3;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final HpackEncoder encoder = new HpackEncoder();
    private final HpackDecoder decoder = new HpackDecoder(4096);
    private final Map<Integer, Long> settings = new LinkedHashMap<>();
    private int next = 1;

    /**
     * A response.
     *
     * @param status its status
     * @param fields its fields and behind them its trailers, by their names in lower case
     * @param text its body
     * @param reset the code of the RST_STREAM that ended it, or -1
     */
    public record Answer(int status, Map<String, String> fields, String text, int reset) {
    }

    private H2cClient(Socket socket, int window) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
        this.out = new DataOutputStream(socket.getOutputStream());
        socket.setSoTimeout(20_000);
        out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        frame(SETTINGS, 0, 0,
                new byte[] { 0, INITIAL_WINDOW_SIZE, (byte) (window >> 24), (byte) (window >> 16), (byte) (window >> 8),
                    (byte) window });
    }

    /** Connects to a port of this machine, with the usual windows. */
    public static H2cClient connect(int port) {
        return connect(port, 65_535);
    }

    /** Connects to a port of this machine; {@code window} is how many bytes a response may have before the client gives credit. */
    public static H2cClient connect(int port, int window) {
        try {
            return new H2cClient(new Socket(InetAddress.getLoopbackAddress(), port), window);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the answer to one GET on a connection of its own} */
    public static Answer get(int port, String path) {
        try (H2cClient client = connect(port)) {
            return client.read(client.send("GET", "http", path));
        }
    }

    /** Sends a request without body; {@return its stream} */
    public int send(String method, String scheme, String path) {
        byte[] block = new byte[1000];
        encoder.begin(block, 0);
        encoder.encode(":method", method);
        encoder.encode(":scheme", scheme);
        encoder.encode(":path", path);
        encoder.encode(":authority", "a");
        byte[] fields = Arrays.copyOf(block, encoder.end());
        int stream = next;
        next += 2;
        try {
            frame(HEADERS, ACK_OR_END_STREAM | END_HEADERS, stream, fields);
            return stream;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Resets a stream with CANCEL. */
    public void cancel(int stream) {
        try {
            frame(RST_STREAM, 0, stream, new byte[] { 0, 0, 0, 8 });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets the server send more on a stream. */
    public void credit(int stream, int bytes) {
        try {
            frame(WINDOW_UPDATE, 0, stream,
                    new byte[] { (byte) (bytes >> 24), (byte) (bytes >> 16), (byte) (bytes >> 8),
                        (byte) bytes });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the server's SETTINGS_MAX_CONCURRENT_STREAMS, once its SETTINGS have been read} */
    public long maxConcurrentStreams() {
        return settings.getOrDefault(MAX_CONCURRENT_STREAMS, -1L);
    }

    /** Reads until a stream has ended. */
    public Answer read(int stream) {
        return read(stream, Integer.MAX_VALUE);
    }

    /** Reads until a stream has ended, or so many bytes of its body have come. */
    public Answer read(int stream, int bytes) {
        Map<String, String> fields = new LinkedHashMap<>();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try {
            while (true) {
                int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                int type = in.readUnsignedByte();
                int flags = in.readUnsignedByte();
                int id = in.readInt() & 0x7fff_ffff;
                byte[] payload = in.readNBytes(length);
                boolean end = (flags & ACK_OR_END_STREAM) != 0 && (type == DATA || type == HEADERS);
                if (type == SETTINGS && (flags & ACK_OR_END_STREAM) == 0) {
                    DataInputStream entries = new DataInputStream(new ByteArrayInputStream(payload));
                    for (int i = 0; i < length; i += 6) {
                        settings.put(entries.readUnsignedShort(), entries.readInt() & 0xffff_ffffL);
                    }
                    frame(SETTINGS, ACK_OR_END_STREAM, 0, new byte[0]);
                } else if (type == HEADERS) {
                    boolean mine = id == stream;
                    decoder.decode(payload, 0, length, (name, value) -> {
                        if (mine) {
                            fields.put(name, value);
                        }
                    });
                } else if (type == DATA && id == stream) {
                    body.write(payload);
                }
                boolean reset = type == RST_STREAM && id == stream;
                if (reset || id == stream && end || body.size() >= bytes) {
                    return new Answer(Integer.parseInt(fields.getOrDefault(":status", "0")), fields,
                            body.toString(StandardCharsets.UTF_8), reset ? payload[3] : -1);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        out.writeShort(payload.length >> 8);
        out.writeByte(payload.length);
        out.writeByte(type);
        out.writeByte(flags);
        out.writeInt(stream);
        out.write(payload);
        out.flush();
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
