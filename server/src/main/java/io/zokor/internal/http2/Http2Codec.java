package io.zokor.internal.http2;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;

import io.zokor.http.Headers;
import io.zokor.http.HijackedConnection;
import io.zokor.http.Tunnel;
import io.zokor.http.Upgrade;
import io.zokor.internal.exchange.BodySize;
import io.zokor.internal.exchange.BodySource;
import io.zokor.internal.exchange.ExchangeCodec;
import io.zokor.internal.exchange.Pace;
import io.zokor.internal.exchange.RequestHead;
import io.zokor.internal.exchange.ResponseHead;
import io.zokor.internal.exchange.ServerContext;
import io.zokor.internal.message.HeadLimits;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.Interrupts;
import io.zokor.net.TimeoutKind;

import org.jspecify.annotations.Nullable;

/**
 * One exchange in HTTP/2: a stream (RFC 9113 section 8.1). The head and the first bytes are held back until the response ends or more
 * comes, so that a small response is appended in one step. The reading half belongs to the thread that reads the body, the writing
 * half to the one that writes the response.
 */
final class Http2Codec implements ExchangeCodec, BodySource {

    /** Content that is held back with the head. */
    private static final int HELD = 8 * 1024;

    /** How much of a file is read at once. */
    private static final int FILE_PIECE = 64 * 1024;

    private static final byte[] NOTHING = {};

    private final Http2Connection owner;

    private final ServerContext server;

    private final FrameWriter writer;

    private final Http2Stream stream;

    private final RequestHead head;

    private final int maxWindow;

    /** The head of the response as long as it has not gone out. */
    private @Nullable FieldBlock response;

    private byte[] held = NOTHING;

    private int heldCount;

    private boolean bodiless;

    Http2Codec(Http2Connection owner, ServerContext server, FrameWriter writer, Http2Stream stream, int maxWindow) {
        this.owner = owner;
        this.server = server;
        this.writer = writer;
        this.stream = stream;
        this.head = stream.requestHead();
        this.maxWindow = maxWindow;
    }

    // ---- reading

    @Override
    public RequestHead head() {
        return head;
    }

    @Override
    public BodySource body() {
        return this;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int n = stream.input().read(bytes, offset, length, stream.reading());
        if (n > 0) {
            writer.credit(stream, maxWindow);
        }
        return n;
    }

    @Override
    public int available() {
        return stream.input().available();
    }

    @Override
    public @Nullable Headers trailers() {
        return stream.input().trailers();
    }

    @Override
    public void watch(Runnable gone) {
        stream.watch(gone);
    }

    // ---- writing

    @Override
    public void writeInterim(ResponseHead interim) throws IOException {
        if (interim.status() == 100) {
            stream.continueSent();
        }
        writer.interim(stream, FieldBlock.head(interim.status(), interim.headers()));
    }

    @Override
    public void writeHead(ResponseHead given, BodySize size) {
        if (given.status() == 101) {
            throw new IllegalStateException("HTTP/2 has no 101 (RFC 9113 section 8.6)");
        }
        FieldBlock block = head(server, given.status(), given.headers());
        HeadLimits.checkResponse(block.textBytes(), server.limits().get().maxResponseHeaderBytes());
        bodiless = switch (size) {
            case BodySize.None(),BodySize.Switched() -> true;
            case BodySize.Fixed(long ignored) -> false;
            case BodySize.Unknown() -> false;
        };
        response = block;
        owner.headWritten(block.isClosing());
    }

    /** The head of a response with what every one has. */
    static FieldBlock head(ServerContext server, int status, Headers headers) {
        FieldBlock block = FieldBlock.head(status, headers);
        if (!block.contains("date")) {
            block.add("date", server.date().value());
        }
        String name = server.config().serverHeader();
        if (name != null && !block.contains("server")) {
            block.add("server", name);
        }
        return block;
    }

    @Override
    public void writeBody(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        if (bodiless || length == 0) {
            bytes.position(bytes.limit());
            return;
        }
        if (response != null && heldCount + length <= HELD) {
            if (heldCount + length > held.length) {
                held = Arrays.copyOf(held, heldCount + length);
            }
            bytes.get(held, heldCount, length);
            heldCount += length;
            return;
        }
        sendHeld();
        if (bytes.hasArray()) {
            writer.send(stream, null, bytes.array(), bytes.arrayOffset() + bytes.position(), length, false, null);
            bytes.position(bytes.limit());
        } else {
            byte[] copy = new byte[length];
            bytes.get(copy);
            writer.send(stream, null, copy, 0, length, false, null);
        }
        writer.flushIfWorth(stream);
    }

    private void sendHeld() throws IOException {
        FieldBlock block = response;
        if (block != null) {
            response = null;
            int length = heldCount;
            heldCount = 0;
            writer.send(stream, block, held, 0, length, false, null);
            held = NOTHING;
        }
    }

    /** A file channel closes itself where it is read with the interrupt flag set, and the flag is the application's. */
    @Override
    public void writeBody(FileChannel file, long position, long count) throws IOException {
        if (bodiless) {
            return;
        }
        sendHeld();
        boolean interrupted = Interrupts.clear();
        try {
            ByteBuffer piece = ByteBuffer.allocate((int) Math.min(count, FILE_PIECE));
            for (long at = position; at < position + count;) {
                piece.clear().limit((int) Math.min(piece.capacity(), position + count - at));
                int n = file.read(piece, at);
                if (n < 0) {
                    throw new EOFException("the file ends at byte " + at + ", before byte " + (position + count));
                }
                at += n;
                writeBody(piece.flip());
            }
        } finally {
            Interrupts.restore(interrupted);
        }
    }

    @Override
    public void flush() throws IOException {
        sendHeld();
        writer.flush(stream);
    }

    @Override
    public void finish(Headers trailers) throws IOException {
        FieldBlock block = response;
        response = null;
        stream.endWatch();
        writer.send(stream, block, held, 0, heldCount, true, FieldBlock.trailers(trailers));
        held = NOTHING;
        heldCount = 0;
    }

    @Override
    public void abort() {
        response = null;
        stream.endWatch();
        writer.reset(stream, ErrorCode.INTERNAL_ERROR);
    }

    @Override
    public void deadline(Direction direction, long deadline, TimeoutKind kind) throws DeadlineExceededException {
        switch (direction) {
            case READING -> stream.reading().set(deadline, kind);
            case WRITING -> {
                // Where the response has gone out whole, the time for it cannot pass any more.
                if (!stream.isLocalEnded()) {
                    stream.writing().set(deadline, kind);
                }
            }
        }
    }

    /** A stream sees every update of its window. */
    @Override
    public int patience() {
        return Pace.READING;
    }

    @Override
    public HijackedConnection hijack() {
        throw new UnsupportedOperationException("a stream of HTTP/2 has no connection to give away");
    }

    @Override
    public Tunnel upgrade(Upgrade upgrade) {
        throw new UnsupportedOperationException("HTTP/2 has no upgrade (RFC 9113 section 8.6)");
    }
}
