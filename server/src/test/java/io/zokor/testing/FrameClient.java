package io.zokor.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A WebSocket client that sends any frame and reads what comes, frame by frame. Threads as for {@link RawClient}. */
public final class FrameClient implements AutoCloseable {

    private final RawClient client;

    private final RawResponse opening;

    /** A frame of the server: opcode with FIN and reserved bits, and payload. */
    public record Frame(int first, byte[] payload) {

        /** {@return the payload as text} */
        public String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        /** {@return the status of a Close frame; 0 for another frame} */
        public int closeCode() {
            return first == 0x88 && payload.length >= 2 ? (payload[0] & 0xff) << 8 | payload[1] & 0xff : 0;
        }
    }

    private FrameClient(RawClient client, RawResponse opening) {
        this.client = client;
        this.opening = opening;
    }

    /** Opens a session, with more fields in the handshake. */
    public static FrameClient open(RawClient client, String... fields) {
        return openAt(client, "/ws", fields);
    }

    /** Opens a session at a path, with more fields in the handshake. */
    public static FrameClient openAt(RawClient client, String path, String... fields) {
        RawResponse opening = askAt(client, path, fields).readHead();
        if (opening.status() != 101) {
            throw new AssertionError("not opened: " + opening.status());
        }
        return new FrameClient(client, opening);
    }

    /** Sends a handshake, with more fields. */
    public static RawClient ask(RawClient client, String... fields) {
        return askAt(client, "/ws", fields);
    }

    /** Sends a handshake for a path, with more fields. */
    public static RawClient askAt(RawClient client, String path, String... fields) {
        String[] lines = { "GET " + path + " HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==" };
        String[] all = Arrays.copyOf(lines, lines.length + fields.length);
        System.arraycopy(fields, 0, all, lines.length, fields.length);
        return client.sendHead(all);
    }

    /** {@return the bytes of a masked frame} */
    public static byte[] frame(int first, byte[] payload) {
        return frame(first, payload, payload.length < 126 ? 1 : payload.length < 65_536 ? 2 : 8, payload.length);
    }

    /** {@return the bytes of a masked frame whose length stands in so many bytes, and may be a lie} */
    public static byte[] frame(int first, byte[] payload, int lengthBytes, long length) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first);
        if (lengthBytes == 1) {
            out.write(0x80 | (int) length);
        } else {
            out.write(0x80 | (lengthBytes == 2 ? 126 : 127));
            for (int i = lengthBytes - 1; i >= 0; i--) {
                out.write((int) (length >>> 8 * i));
            }
        }
        byte[] key = { 1, -2, 3, -4 };
        out.writeBytes(key);
        for (int i = 0; i < payload.length; i++) {
            out.write(payload[i] ^ key[i & 3]);
        }
        return out.toByteArray();
    }

    /** Sends a frame. */
    public FrameClient send(int first, byte[] payload) {
        client.send(frame(first, payload));
        return this;
    }

    /** Sends a frame. */
    public FrameClient send(int first, String payload) {
        return send(first, payload.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends a Close frame. */
    public FrameClient close(int code) {
        return send(0x88, ByteBuffer.allocate(2).putShort((short) code).array());
    }

    /** {@return the next frame of the server} */
    public Frame read() {
        int first = bytes(1)[0] & 0xff;
        int length = bytes(1)[0] & 0xff;
        if (length == 126) {
            length = ByteBuffer.wrap(bytes(2)).getShort() & 0xffff;
        } else if (length == 127) {
            length = (int) ByteBuffer.wrap(bytes(8)).getLong();
        }
        return new Frame(first, bytes(length));
    }

    private byte[] bytes(int count) {
        return client.readBytes(count).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** {@return the connection} */
    public RawClient raw() {
        return client;
    }

    /** {@return the head of the response} */
    public RawResponse opening() {
        return opening;
    }

    @Override
    public void close() {
        client.close();
    }
}
