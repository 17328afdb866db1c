package io.zokor.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.zokor.http.Headers;
import io.zokor.http.HijackedConnection;
import io.zokor.http.RejectedRequestException;
import io.zokor.http.ResponseController;
import io.zokor.http.ResponseWriter;
import io.zokor.http.ServerErrorBody;
import io.zokor.http.Tunnel;
import io.zokor.http.Upgrade;

import org.jspecify.annotations.Nullable;

/**
 * A response kept in memory, for tests of handlers by themselves. Keeps the rules of {@link ResponseWriter} that a handler can
 * see: the head is fixed by {@link #writeHead}, committed by a flush or a body beyond the buffer. Not safe for use by several
 * threads at once.
 */
public final class ResponseRecorder implements ResponseWriter {

    private final Headers headers = new Headers();
    private final Headers trailers = new Headers();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final Controller controller = new Controller();
    private final List<Map.Entry<Integer, Headers>> interim = new ArrayList<>();
    private final List<Throwable> panics = new ArrayList<>();
    private final List<Runnable> peerGoneActions = new ArrayList<>();
    private @Nullable Headers fixed;
    private int status = 200;
    private int bufferSize = 8192;
    private boolean committed;
    private boolean aborted;

    /** Makes one with status 200, no fields, and a buffer of 8 KiB. */
    public ResponseRecorder() {
    }

    /** {@return the fields that are or would be sent} */
    public Headers sentHeaders() {
        return fixed == null ? headers : fixed;
    }

    /** {@return the body written so far, as UTF-8} */
    public String bodyText() {
        return body.toString(StandardCharsets.UTF_8);
    }

    /** {@return the body written so far} */
    public byte[] bodyBytes() {
        return body.toByteArray();
    }

    /** {@return statuses and fields of the interim responses} */
    public List<Map.Entry<Integer, Headers>> interim() {
        return List.copyOf(interim);
    }

    /** {@return what was reported by {@link ResponseController#panic}} */
    public List<Throwable> panics() {
        return List.copyOf(panics);
    }

    /** {@return whether {@link ResponseController#abort} was called} */
    public boolean isAborted() {
        return aborted;
    }

    /** Lets the client leave: runs what was registered by {@link ResponseController#onPeerGone}. */
    public void peerGone() {
        List<Runnable> actions = List.copyOf(peerGoneActions);
        peerGoneActions.clear();
        actions.forEach(Runnable::run);
    }

    @Override
    public Headers headers() {
        return headers;
    }

    @Override
    public Headers trailers() {
        return trailers;
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public void status(int value) {
        if (value != 101 && (value < 200 || value > 999)) {
            throw new IllegalArgumentException("status " + value);
        }
        if (fixed == null) {
            status = value;
        }
    }

    @Override
    public void writeHead(int value) throws IOException {
        if (value >= 100 && value < 200 && value != 101) {
            controller.writeInterim(value, headers);
            return;
        }
        status(value);
        if (fixed == null) {
            fixed = new Headers(headers).seal();
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        long left = controller.remaining();
        if (left >= 0 && length > left) {
            throw new IOException("more than the declared " + (body.size() + left) + " bytes are written");
        }
        body.write(bytes, offset, length);
        if (body.size() > bufferSize) {
            flush();
        }
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        write(copy, 0, copy.length);
    }

    @Override
    public void flush() throws IOException {
        if (fixed == null) {
            fixed = new Headers(headers).seal();
        }
        committed = true;
    }

    @Override
    public OutputStream body() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                ResponseRecorder.this.write(new byte[] { (byte) b });
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                ResponseRecorder.this.write(bytes, offset, length);
            }

            @Override
            public void flush() throws IOException {
                ResponseRecorder.this.flush();
            }

            @Override
            public void close() throws IOException {
                flush();
            }
        };
    }

    @Override
    public ResponseController controller() {
        return controller;
    }

    private final class Controller implements ResponseController {

        @Override
        public int bufferSize() {
            return bufferSize;
        }

        @Override
        public void bufferSize(int bytes) {
            if (body.size() > 0) {
                throw new IllegalStateException("body bytes were written already");
            }
            bufferSize = bytes;
        }

        @Override
        public boolean isCommitted() {
            return committed;
        }

        @Override
        public long written() {
            return body.size();
        }

        @Override
        public long remaining() {
            String declared = sentHeaders().get("Content-Length");
            return declared == null ? -1 : Long.parseLong(declared) - body.size();
        }

        @Override
        public boolean holds(int length) {
            return !committed && body.size() + (long) length <= bufferSize;
        }

        @Override
        public void resetBuffer() {
            if (committed) {
                throw new IllegalStateException("the response is committed");
            }
            body.reset();
        }

        @Override
        public void reset() {
            resetBuffer();
            headers.clear();
            trailers.clear();
            fixed = null;
            status = 200;
        }

        @Override
        public void writeInterim(int value, Headers fields) {
            if (value < 100 || value == 101 || value > 199) {
                throw new IllegalArgumentException("status " + value);
            }
            if (!committed) {
                interim.add(Map.entry(value, new Headers(fields).seal()));
            }
        }

        @Override
        public HijackedConnection hijack() {
            throw new UnsupportedOperationException("a recorder has no connection");
        }

        @Override
        public void upgrade(Upgrade upgrade) {
            throw new UnsupportedOperationException("a recorder has no connection");
        }

        @Override
        public Tunnel upgradeNow(Upgrade upgrade) {
            throw new UnsupportedOperationException("a recorder has no connection");
        }

        @Override
        public void readDeadline(@Nullable Duration fromNow) {
        }

        @Override
        public void writeDeadline(@Nullable Duration fromNow) {
        }

        @Override
        public void requestDeadline(@Nullable Duration fromNow) {
        }

        @Override
        public void onPeerGone(Runnable action) {
            peerGoneActions.add(action);
        }

        @Override
        public void abort(@Nullable Throwable cause) {
            aborted = true;
        }

        @Override
        public ServerErrorBody renderError(int value) {
            return ServerErrorBody.of("text/plain", value + "\n");
        }

        @Override
        public void refused(RejectedRequestException refusal) {
        }

        @Override
        public void panic(Throwable cause) {
            panics.add(cause);
        }

        @Override
        public void transferFrom(FileChannel file, long position, long count) throws IOException {
            ByteBuffer piece = ByteBuffer.allocate(8192);
            long at = position;
            long end = position + count;
            while (at < end) {
                piece.clear().limit((int) Math.min(piece.capacity(), end - at));
                int read = file.read(piece, at);
                if (read < 0) {
                    throw new EOFException("the file ended " + (end - at) + " bytes early");
                }
                at += read;
                write(piece.flip());
            }
        }
    }
}
