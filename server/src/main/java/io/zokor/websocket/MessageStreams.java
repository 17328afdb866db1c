package io.zokor.websocket;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Writer;
import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

/** Messages as streams. Used by the thread that reads. */
final class MessageStreams {

    private MessageStreams() {
    }

    private static EOFException cut() {
        return new EOFException("the session has ended within a message");
    }

    /** A text. */
    static final class Text extends Reader {

        private final Session session;

        private WebSocketMessage.Text part;

        private int at;

        Text(Session session, WebSocketMessage.Text first) {
            this.session = session;
            this.part = first;
        }

        @Override
        public int read(char[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            while (at == part.text().length()) {
                if (part.last()) {
                    return -1;
                }
                if (!(session.readPart() instanceof WebSocketMessage.Text next)) {
                    throw cut();
                }
                part = next;
                at = 0;
            }
            int n = Math.min(length, part.text().length() - at);
            part.text().getChars(at, at + n, target, offset);
            at += n;
            return n;
        }

        /** Passes over the rest of the message. */
        @Override
        public void close() throws IOException {
            transferTo(Writer.nullWriter());
        }
    }

    /** A binary message. */
    static final class Binary extends InputStream {

        private final Session session;

        private WebSocketMessage.Binary part;

        Binary(Session session, WebSocketMessage.Binary first) {
            this.session = session;
            this.part = first;
        }

        private @Nullable ByteBuffer bytes() throws IOException {
            while (!part.bytes().hasRemaining()) {
                if (part.last()) {
                    return null;
                }
                if (!(session.readPart() instanceof WebSocketMessage.Binary next)) {
                    throw cut();
                }
                part = next;
            }
            return part.bytes();
        }

        @Override
        public int read() throws IOException {
            ByteBuffer bytes = bytes();
            return bytes == null ? -1 : bytes.get() & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            ByteBuffer bytes = bytes();
            if (bytes == null) {
                return -1;
            }
            int n = Math.min(length, bytes.remaining());
            bytes.get(target, offset, n);
            return n;
        }

        /** Passes over the rest of the message. */
        @Override
        public void close() throws IOException {
            transferTo(OutputStream.nullOutputStream());
        }
    }
}
