package io.zokor.benchmarks;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/** One WebSocket session of {@link WebSocketLoad}: one message under way at any time. Belongs to the thread of the load. */
final class EchoSession {

    private static final int OPCODE = 0x0F;

    private static final int FIN = 0x80;

    private static final int MASKED = 0x80;

    private static final int LENGTH_16 = 126;

    private static final int LENGTH_64 = 127;

    private static final int LONGEST_HEAD = 10;

    private static final int LONGEST_CONTROL = 125;

    /** RFC 6455 section 5.2: text, binary and continuation. */
    private static final int LAST_DATA_OPCODE = 2;

    private static final int CLOSE = 8;

    /** A Close frame with status 1000 (RFC 6455 section 5.5.1), masked with zeroes. */
    private static final byte[] GOODBYE = { (byte) 0x88, (byte) 0x82, 0, 0, 0, 0, 0x03, (byte) 0xE8 };

    private final SocketChannel channel;

    private final Message message;

    private final ByteBuffer out;

    private final ByteBuffer in;

    /** How many bytes of the message have come back. */
    private int echoed;

    private long sent;

    private @Nullable SelectionKey key;

    private EchoSession(SocketChannel channel, Message message) {
        this.channel = channel;
        this.message = message;
        this.out = message.frame.duplicate();
        this.in = ByteBuffer.allocateDirect(Math.max(message.payload.capacity(), LONGEST_CONTROL) + LONGEST_HEAD);
    }

    /** The message that all sessions send: its frame, and what is to come back. Not changed once it is made. */
    static final class Message {

        private static final int[] MASK = { 0x37, 0xFA, 0x21, 0x3D };

        private final ByteBuffer frame;

        private final ByteBuffer payload;

        /**
         * A binary message.
         *
         * @param size how many bytes
         */
        Message(int size) {
            payload = ByteBuffer.allocateDirect(size);
            frame = ByteBuffer.allocateDirect(size + LONGEST_HEAD + MASK.length);
            frame.put((byte) (FIN | LAST_DATA_OPCODE));
            if (size < LENGTH_16) {
                frame.put((byte) (MASKED | size));
            } else if (size <= 0xFFFF) {
                frame.put((byte) (MASKED | LENGTH_16)).putShort((short) size);
            } else {
                frame.put((byte) (MASKED | LENGTH_64)).putLong(size);
            }
            for (int octet : MASK) {
                frame.put((byte) octet);
            }
            for (int i = 0; i < size; i++) {
                byte octet = (byte) (i * 31 + i / 251);
                payload.put(i, octet);
                frame.put((byte) (octet ^ MASK[i % MASK.length]));
            }
            frame.flip();
        }
    }

    /** Connects and shakes hands, waiting for the answer. */
    static EchoSession open(int port, String path, Message message) throws IOException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        String request = "GET " + path + " HTTP/1.1\r\nHost: localhost:" + port
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
        channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        ByteBuffer answer = ByteBuffer.allocate(4096);
        String head = "";
        while (!head.endsWith("\r\n\r\n")) {
            if (channel.read(answer) < 0 || !answer.hasRemaining()) {
                channel.close();
                throw new EOFException("the handshake was answered with: " + head);
            }
            head = new String(answer.array(), 0, answer.position(), StandardCharsets.ISO_8859_1);
        }
        if (!head.startsWith("HTTP/1.1 101 ")) {
            channel.close();
            throw new IOException("the handshake was answered with: " + head.lines().findFirst().orElse(""));
        }
        return new EchoSession(channel, message);
    }

    /** Sends the first message; from now on {@link #ready()} is to be called when the selector says so. */
    void begin(Selector selector) throws IOException {
        channel.configureBlocking(false);
        key = channel.register(selector, SelectionKey.OP_READ, this);
        sent = System.nanoTime();
        send();
    }

    /** Reads and writes what can be; returns the nanoseconds of the round trip that has ended by that, -1 if none has. */
    long ready() throws IOException {
        if (out.hasRemaining()) {
            send();
        }
        int count = channel.read(in);
        if (count < 0) {
            throw new EOFException("the server has closed a session");
        }
        if (count == 0 || !take()) {
            return -1;
        }
        long now = System.nanoTime();
        long took = now - sent;
        sent = now;
        echoed = 0;
        out.rewind();
        send();
        return took;
    }

    void close() throws IOException {
        try (channel) {
            if (channel.isOpen() && !out.hasRemaining()) {
                channel.write(ByteBuffer.wrap(GOODBYE));
            }
        }
    }

    private void send() throws IOException {
        channel.write(out);
        if (key != null) {
            int wanted = out.hasRemaining() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ;
            if (key.interestOps() != wanted) {
                key.interestOps(wanted);
            }
        }
    }

    /** Takes the frames that are there in whole; true if the message has come back. */
    private boolean take() throws IOException {
        in.flip();
        boolean whole = false;
        while (!whole && in.remaining() >= 2) {
            int start = in.position();
            int first = in.get();
            int length = length(in.get());
            if (length < 0 || in.remaining() < length) {
                in.position(start);
                break;
            }
            int opcode = first & OPCODE;
            if (opcode == CLOSE) {
                throw new EOFException("the server closes with " + (length >= 2 ? in.getShort() & 0xFFFF : 1005));
            }
            if (opcode <= LAST_DATA_OPCODE) {
                compare(length);
                whole = (first & FIN) != 0;
            }
            in.position(in.position() + length);
        }
        if (whole && echoed != message.payload.capacity()) {
            throw new IOException(echoed + " of " + message.payload.capacity() + " bytes have come back");
        }
        in.compact();
        return whole;
    }

    /** The payload's length; -1 where its head has not come in whole. The server does not mask (RFC 6455 section 5.1). */
    private int length(int second) throws IOException {
        int more = second == LENGTH_16 ? Short.BYTES : second == LENGTH_64 ? Long.BYTES : 0;
        if (in.remaining() < more) {
            return -1;
        }
        long length = more == Short.BYTES ? in.getShort() & 0xFFFF : more == Long.BYTES ? in.getLong() : second;
        if (length < 0 || length > message.payload.capacity()) {
            throw new IOException("a frame of " + length + " bytes");
        }
        return (int) length;
    }

    private void compare(int length) throws IOException {
        if (echoed + length > message.payload.capacity()
                || !in.slice(in.position(), length).equals(message.payload.slice(echoed, length))) {
            throw new IOException("what has come back is not what was sent");
        }
        echoed += length;
    }
}
