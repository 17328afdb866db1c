package io.zokor.servlet.websocket;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.util.Objects;

import io.zokor.websocket.WebSocket;
import io.zokor.websocket.WebSocketException;

/**
 * Messages that are written as streams, a part each time that a buffer is full or flushed. Nothing is sent by a stream to which nothing
 * was written. Used by one thread at a time.
 */
final class MessageStreams {

    private static final int SIZE = 8 * 1024;

    private MessageStreams() {
    }

    private static void checkOpen(boolean closed) throws IOException {
        if (closed) {
            throw new WebSocketException("the stream of the message is closed");
        }
    }

    /** A binary message. */
    static final class Binary extends OutputStream {

        private final WebSocket socket;

        private final ByteBuffer buffer = ByteBuffer.allocate(SIZE);

        private boolean written;

        private boolean closed;

        Binary(WebSocket socket) {
            this.socket = socket;
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] { (byte) octet }, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            checkOpen(closed);
            Objects.checkFromIndexSize(offset, length, bytes.length);
            written = true;
            int at = offset;
            int end = offset + length;
            while (at < end) {
                if (!buffer.hasRemaining()) {
                    send(false);
                }
                int n = Math.min(end - at, buffer.remaining());
                buffer.put(bytes, at, n);
                at += n;
            }
        }

        @Override
        public void flush() throws IOException {
            checkOpen(closed);
            if (buffer.position() > 0) {
                send(false);
            }
        }

        private void send(boolean last) throws IOException {
            buffer.flip();
            try {
                socket.write(buffer, last);
            } finally {
                buffer.clear();
            }
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                if (written) {
                    send(true);
                }
            }
        }
    }

    /** A text. */
    static final class Text extends Writer {

        private final WebSocket socket;

        private final StringBuilder buffer = new StringBuilder();

        private boolean written;

        private boolean closed;

        Text(WebSocket socket) {
            this.socket = socket;
        }

        @Override
        public void write(char[] text, int offset, int length) throws IOException {
            checkOpen(closed);
            Objects.checkFromIndexSize(offset, length, text.length);
            written = true;
            int at = offset;
            int end = offset + length;
            while (at < end) {
                if (buffer.length() >= SIZE) {
                    send(false);
                }
                int n = Math.min(end - at, SIZE - buffer.length());
                buffer.append(text, at, n);
                at += n;
            }
        }

        @Override
        public void flush() throws IOException {
            checkOpen(closed);
            if (!buffer.isEmpty()) {
                send(false);
            }
        }

        private void send(boolean last) throws IOException {
            String text = buffer.toString();
            buffer.setLength(0);
            socket.write(text, last);
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                if (written) {
                    send(true);
                }
            }
        }
    }
}
