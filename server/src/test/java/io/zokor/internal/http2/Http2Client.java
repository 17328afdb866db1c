package io.zokor.internal.http2;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

import io.zokor.internal.hpack.HpackDecoder;
import io.zokor.testing.Await;
import io.zokor.testing.TestServer;

/**
 * A client of HTTP/2 that sends frames as a test writes them, and keeps what comes. Fields are sent as literals without indexing.
 * Not safe for use by several threads.
 */
final class Http2Client implements AutoCloseable {

    static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] NOTHING = {};

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final HpackDecoder decoder = new HpackDecoder(4096);
    private final Map<Integer, Response> responses = new TreeMap<>();
    private final List<Frame> frames = new ArrayList<>();
    private int nextStream = 1;
    private boolean ended;

    /** A frame of the server's. */
    record Frame(int type, int flags, int stream, byte[] payload) {

        boolean has(int flag) {
            return (flags & flag) != 0;
        }

        int int32(int at) {
            return Frames.int32(payload, at);
        }
    }

    /** What has come on a stream. */
    static final class Response {

        final Map<String, String> fields = new LinkedHashMap<>();
        final Map<String, String> trailers = new LinkedHashMap<>();
        final List<Integer> interims = new ArrayList<>();
        final ByteArrayOutputStream body = new ByteArrayOutputStream();
        int status;
        boolean ended;
        int dataFrames;
        ErrorCode reset;

        String text() {
            return body.toString(StandardCharsets.UTF_8);
        }
    }

    private Http2Client(Socket connected) {
        try {
            socket = connected;
            socket.setSoTimeout((int) Await.BOUND.toMillis());
            socket.setTcpNoDelay(true);
            in = new DataInputStream(socket.getInputStream());
            out = socket.getOutputStream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A connection that has said nothing. */
    static Http2Client silent(TestServer server) {
        try {
            return new Http2Client(new Socket(InetAddress.getLoopbackAddress(), server.port()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A connection on a socket of the test's, on which nothing has been said. */
    static Http2Client over(Socket socket) {
        return new Http2Client(socket);
    }

    /** A connection whose preface and settings have been exchanged. */
    static Http2Client of(TestServer server, int... settings) {
        Http2Client client = silent(server);
        client.raw(PREFACE).settings(settings);
        client.await(frame -> frame.type == Frames.SETTINGS && !frame.has(Frames.ACK));
        client.send(Frames.SETTINGS, Frames.ACK, 0, NOTHING);
        client.await(frame -> frame.type == Frames.SETTINGS && frame.has(Frames.ACK));
        return client;
    }

    // ---- sending

    Http2Client raw(byte[] bytes) {
        try {
            out.write(bytes);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] frame(int type, int flags, int stream, byte... payload) {
        byte[] frame = new byte[9 + payload.length];
        frame[0] = (byte) (payload.length >> 16);
        frame[1] = (byte) (payload.length >> 8);
        frame[2] = (byte) payload.length;
        frame[3] = (byte) type;
        frame[4] = (byte) flags;
        put32(frame, 5, stream);
        System.arraycopy(payload, 0, frame, 9, payload.length);
        return frame;
    }

    static byte[] int32(int value) {
        byte[] bytes = new byte[4];
        put32(bytes, 0, value);
        return bytes;
    }

    private static void put32(byte[] bytes, int at, int value) {
        for (int i = 0; i < 4; i++) {
            bytes[at + i] = (byte) (value >> 24 - 8 * i);
        }
    }

    Http2Client send(int type, int flags, int stream, byte... payload) {
        return raw(frame(type, flags, stream, payload));
    }

    Http2Client settings(int... settings) {
        byte[] payload = new byte[settings.length * 3];
        for (int i = 0; i < settings.length; i += 2) {
            payload[i * 3] = (byte) (settings[i] >> 8);
            payload[i * 3 + 1] = (byte) settings[i];
            put32(payload, i * 3 + 2, settings[i + 1]);
        }
        return send(Frames.SETTINGS, 0, 0, payload);
    }

    /** A block of name and value in turn. */
    static byte[] block(String... fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i += 2) {
            block.write(0);
            string(block, fields[i]);
            string(block, fields[i + 1]);
        }
        return block.toByteArray();
    }

    private static void string(ByteArrayOutputStream block, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length < 127) {
            block.write(bytes.length);
        } else {
            block.write(127);
            int rest = bytes.length - 127;
            for (; rest >= 128; rest >>= 7) {
                block.write(rest & 127 | 128);
            }
            block.write(rest);
        }
        block.writeBytes(bytes);
    }

    static byte[] request(String method, String path, String... more) {
        List<String> fields = new ArrayList<>(List.of(":method", method, ":scheme", "http", ":path", path,
                ":authority", "localhost"));
        fields.addAll(List.of(more));
        return block(fields.toArray(String[]::new));
    }

    int newStream() {
        int id = nextStream;
        nextStream += 2;
        return id;
    }

    int get(String path, String... more) {
        int id = newStream();
        send(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, id, request("GET", path, more));
        return id;
    }

    /** Begins a request whose body is to follow. */
    int post(String path, String... more) {
        int id = newStream();
        send(Frames.HEADERS, Frames.END_HEADERS, id, request("POST", path, more));
        return id;
    }

    Http2Client data(int stream, boolean last, byte... content) {
        return send(Frames.DATA, last ? Frames.END_STREAM : 0, stream, content);
    }

    Http2Client data(int stream, boolean last, String content) {
        return data(stream, last, content.getBytes(StandardCharsets.UTF_8));
    }

    Http2Client reset(int stream, ErrorCode code) {
        return send(Frames.RST_STREAM, 0, stream, int32(code.ordinal()));
    }

    Http2Client windowUpdate(int stream, int increment) {
        return send(Frames.WINDOW_UPDATE, 0, stream, int32(increment));
    }

    void endOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- reading

    /** Reads a frame; {@code null} at the end of the connection, be it a reset. */
    Frame read() {
        if (ended) {
            return null;
        }
        try {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            byte[] payload = new byte[length];
            in.readFully(payload);
            Frame frame = new Frame(type, flags, stream, payload);
            frames.add(frame);
            note(frame);
            return frame;
        } catch (EOFException | SocketException e) {
            ended = true;
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void note(Frame frame) throws IOException {
        Response response = responses.computeIfAbsent(frame.stream, key -> new Response());
        switch (frame.type) {
            case Frames.HEADERS -> {
                assertThat(frame.has(Frames.END_HEADERS)).isTrue();
                Map<String, String> fields = new LinkedHashMap<>();
                decoder.decode(frame.payload, 0, frame.payload.length, fields::put);
                int status = Integer.parseInt(fields.getOrDefault(":status", "0"));
                if (status >= 100 && status < 200) {
                    response.interims.add(status);
                } else if (status == 0) {
                    response.trailers.putAll(fields);
                } else {
                    response.status = status;
                    response.fields.putAll(fields);
                }
            }
            case Frames.DATA -> {
                response.dataFrames++;
                response.body.writeBytes(frame.payload);
            }
            case Frames.RST_STREAM -> response.reset = ErrorCode.values()[frame.int32(0)];
            default -> {
                // Only kept.
            }
        }
        if ((frame.type == Frames.HEADERS || frame.type == Frames.DATA) && frame.has(Frames.END_STREAM)) {
            response.ended = true;
        }
    }

    /** Reads what has come already; {@code true} where the connection has ended, or the server has said that it ends. */
    boolean hasEnded() {
        try {
            while (!ended && in.available() >= 9) {
                read();
            }
        } catch (IOException e) {
            ended = true;
        }
        return ended || frames.stream().anyMatch(frame -> frame.type == Frames.GOAWAY);
    }

    /** Reads until a frame comes, and returns it. */
    Frame await(Predicate<Frame> wanted) {
        while (true) {
            Frame frame = read();
            if (frame == null) {
                throw new AssertionError("the connection has ended; frames: " + describe());
            }
            if (wanted.test(frame)) {
                return frame;
            }
        }
    }

    private String describe() {
        StringBuilder text = new StringBuilder();
        for (Frame frame : frames) {
            text.append(frame.type).append('/').append(frame.stream).append(' ');
        }
        return text.toString();
    }

    /** What has come on a stream so far. */
    Response seen(int stream) {
        return responses.computeIfAbsent(stream, key -> new Response());
    }

    /** Waits for the end of a response, or its reset. */
    Response response(int stream) {
        Response response = seen(stream);
        while (!response.ended && response.reset == null) {
            if (read() == null) {
                throw new AssertionError("the connection has ended within the response; frames: " + describe());
            }
        }
        return response;
    }

    /** Waits until so much of a body has come, and nothing more is on its way that the server could have sent. */
    Http2Client awaitBody(int stream, int bytes) {
        while (seen(stream).body.size() < bytes) {
            if (read() == null) {
                throw new AssertionError("the connection has ended within the body; frames: " + describe());
            }
        }
        sync();
        assertThat(seen(stream).body.size()).isEqualTo(bytes);
        return this;
    }

    ErrorCode awaitReset(int stream) {
        Response response = seen(stream);
        while (response.reset == null) {
            if (read() == null) {
                throw new AssertionError("the connection has ended without a reset; frames: " + describe());
            }
        }
        return response.reset;
    }

    /** Waits for a GOAWAY and the end of the connection. */
    ErrorCode awaitGoAway() {
        ErrorCode code = null;
        while (read() != null) {
            // Until the end.
        }
        for (Frame frame : frames) {
            if (frame.type == Frames.GOAWAY) {
                code = ErrorCode.values()[frame.int32(4)];
            }
        }
        assertThat(code).as("GOAWAY before the end; frames: " + describe()).isNotNull();
        return code;
    }

    /** Waits until everything that was sent has been seen by the server. */
    Http2Client sync() {
        byte[] data = { 's', 'y', 'n', 'c', 0, 0, 0, 0 };
        put32(data, 4, frames.size());
        send(Frames.PING, 0, 0, data);
        await(frame -> frame.type == Frames.PING && frame.has(Frames.ACK)
                && Arrays.equals(frame.payload, data));
        return this;
    }

    List<Frame> frames() {
        return frames;
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
