package io.zokor.internal.http2;

import java.io.IOException;

import io.zokor.config.Http2;
import io.zokor.config.Limits;
import io.zokor.event.Side;
import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.internal.exchange.ServerContext;
import io.zokor.net.ByteReader;
import io.zokor.net.PeerGoneException;

/**
 * Makes of a connection's frames what they mean for its streams (RFC 9113 sections 5 and 6). It runs no handler and never writes to the
 * socket: what is to be answered is appended to the output, which a helper sends while this waits for the next frame. Owned by the
 * connection's thread.
 */
final class Http2Reader implements FrameReader.Pause {

    private static final int MAX_CONCURRENT_STREAMS = 3;

    private static final int MAX_HEADER_LIST_SIZE = 6;

    private static final int NO_RFC7540_PRIORITIES = 9;

    /** What RFC 9113 counts for each field of a list beyond what this server does (section 6.5.2). */
    private static final int FIELD_OVERHEAD = 28;

    private final Http2Connection owner;

    private final ConnectionContext connection;

    private final ServerContext server;

    private final Streams streams;

    private final Control control;

    private final FrameWriter writer;

    private final AbuseBudget budget;

    private final FrameReader frames;

    private final RequestReader requests;

    private final ContentReader content;

    private final PeerSettings peer = new PeerSettings();

    private boolean greeted;

    Http2Reader(Http2Connection owner, ConnectionContext connection, ByteReader in, Http2 config, Streams streams,
            FrameWriter writer, Control control, AbuseBudget budget) {
        this.owner = owner;
        this.connection = connection;
        this.server = connection.server();
        this.streams = streams;
        this.control = control;
        this.writer = writer;
        this.budget = budget;
        this.frames = new FrameReader(connection.conn(), in, this);
        this.content = new ContentReader(server, frames, streams, control, budget);
        this.requests = new RequestReader(owner, server, frames, streams, control, budget,
                new RequestHeads.Rules(connection.conn().tls() != null, config.anyScheme(), false));
        // Before anything else is sent, such as a GOAWAY of a server that is about to stop (section 3.4).
        Limits limits = server.limits().get();
        long list = limits.maxHeaderBytes() + (long) FIELD_OVERHEAD * limits.maxHeaderCount();
        control.greet(ContentReader.CONNECTION_WINDOW, MAX_CONCURRENT_STREAMS, config.maxStreams(),
                MAX_HEADER_LIST_SIZE, (int) Math.min(Integer.MAX_VALUE, list), NO_RFC7540_PRIORITIES, 1);
    }

    /**
     * Reads the client's preface.
     *
     * @return whether it was one, and SETTINGS followed
     */
    boolean greet() throws IOException {
        if (!frames.preface() || !frames.next()) {
            return false;
        }
        if (frames.type() != Frames.SETTINGS || frames.has(Frames.ACK)) {
            throw Http2Error.protocol("the first frame is not SETTINGS (section 3.4)");
        }
        take();
        greeted = true;
        streams.greeted();
        return true;
    }

    /** Reads frames until the client sends no more. */
    void run() throws IOException {
        while (frames.next()) {
            take();
        }
    }

    // ---- FrameReader.Pause

    @Override
    public void before(boolean halfway) throws IOException {
        owner.alive();
        writer.output().kickIfOwed();
        if (greeted) {
            if (halfway) {
                streams.deadlines().headBegins();
            } else if (streams.open() == 0) {
                frames.release();
            }
        }
    }

    @Override
    public void whole() throws IOException {
        if (greeted && requests.openBlock() == 0) {
            streams.deadlines().headEnds();
        }
    }

    // ---- frames

    private void take() throws IOException {
        int type = frames.type();
        if (frames.length() > Frames.MAX_LENGTH) {
            throw Http2Error.connection(ErrorCode.FRAME_SIZE_ERROR, "a frame of " + frames.length() + " bytes");
        }
        int open = requests.openBlock();
        if (open != 0 && (type != Frames.CONTINUATION || frames.stream() != open)) {
            throw Http2Error.protocol("another frame within a block of fields (section 6.10)");
        }
        try {
            switch (type) {
                case Frames.DATA -> content.take();
                case Frames.HEADERS -> requests.headers();
                case Frames.PRIORITY -> priority();
                case Frames.RST_STREAM -> resetStream();
                case Frames.SETTINGS -> settings();
                case Frames.PUSH_PROMISE -> throw Http2Error.protocol("a client does not push (section 8.4)");
                case Frames.PING -> ping();
                case Frames.GOAWAY -> goAway();
                case Frames.WINDOW_UPDATE -> windowUpdate();
                case Frames.CONTINUATION -> requests.continuation();
                default -> {
                    // Section 5.5: unknown frames are ignored.
                    frames.payload();
                    budget.frame(now());
                }
            }
        } catch (Http2Error e) {
            if (!e.isOfStream()) {
                throw e;
            }
            streamError(frames.stream(), e);
        }
    }

    /** The client's fault ends a stream, at its cost: it must not be able to have work begun and thrown away for nothing. */
    private void streamError(int id, Http2Error e) throws IOException {
        Http2Stream stream = streams.get(id);
        budget.reset(now());
        if (stream != null) {
            control.reset(stream, e.code(),
                    new PeerGoneException("the client has broken its stream: " + e.getMessage(), e));
        } else {
            control.resetUnopened(id, e.code());
        }
    }

    private void priority() throws IOException {
        int id = frames.stream();
        int at = frames.payload();
        budget.frame(now());
        if (id == 0) {
            throw Http2Error.protocol("PRIORITY without a stream (section 6.3)");
        }
        if (frames.length() != 5) {
            throw priorityError(id, ErrorCode.FRAME_SIZE_ERROR, "PRIORITY of a length other than 5");
        }
        if (Frames.int31(frames.bytes(), at) == id) {
            throw priorityError(id, ErrorCode.PROTOCOL_ERROR, "a stream that depends on itself");
        }
    }

    /** No RST_STREAM may be sent for a stream that was never used (section 5.1). */
    private Http2Error priorityError(int id, ErrorCode code, String message) {
        return streams.get(id) != null ? Http2Error.stream(code, message) : Http2Error.connection(code, message);
    }

    private void resetStream() throws IOException {
        int id = frames.stream();
        int at = fixed(4);
        if (id == 0) {
            throw Http2Error.protocol("RST_STREAM without a stream (section 6.4)");
        }
        Http2Stream stream = streams.known(id);
        server.listener().streamReset(connection, Side.CLIENT, tag(Frames.int32(frames.bytes(), at)));
        if (stream == null) {
            budget.frame(now());
        } else if (control.resetByPeer(stream, new PeerGoneException("the client has reset the stream", null))) {
            budget.reset(now());
        }
    }

    private void settings() throws IOException {
        if (frames.stream() != 0) {
            throw Http2Error.protocol("SETTINGS on a stream (section 6.5)");
        }
        int length = frames.length();
        if (length % 6 != 0 || frames.has(Frames.ACK) && length != 0) {
            throw Http2Error.connection(ErrorCode.FRAME_SIZE_ERROR, "SETTINGS of " + length + " bytes (section 6.5)");
        }
        int at = frames.payload();
        budget.frame(now());
        if (!frames.has(Frames.ACK)) {
            peer.read(frames.bytes(), at, length);
            control.apply(peer);
        }
    }

    private void ping() throws IOException {
        if (frames.stream() != 0) {
            throw Http2Error.protocol("PING on a stream (section 6.7)");
        }
        int at = fixed(8);
        long data = (long) Frames.int32(frames.bytes(), at) << 32
                | Frames.int32(frames.bytes(), at + 4) & 0xffff_ffffL;
        budget.frame(now());
        if (frames.has(Frames.ACK)) {
            owner.pong(data);
        } else {
            control.pong(data);
        }
    }

    private void goAway() throws IOException {
        if (frames.stream() != 0) {
            throw Http2Error.protocol("GOAWAY on a stream (section 6.8)");
        }
        if (frames.length() < 8) {
            throw Http2Error.connection(ErrorCode.FRAME_SIZE_ERROR, "GOAWAY of less than 8 bytes");
        }
        int at = frames.payload();
        budget.frame(now());
        server.listener().goAway(connection, Side.CLIENT, tag(Frames.int32(frames.bytes(), at + 4)));
        streams.deadlines().leaving();
    }

    private void windowUpdate() throws IOException {
        int id = frames.stream();
        int at = fixed(4);
        int increment = Frames.int31(frames.bytes(), at);
        budget.frame(now());
        if (id == 0) {
            if (increment == 0) {
                throw Http2Error.protocol("an increment of 0 (section 6.9)");
            }
            writer.enlarge(increment);
            return;
        }
        Http2Stream stream = streams.known(id);
        if (stream == null) {
            return;
        }
        if (increment == 0) {
            throw Http2Error.stream(ErrorCode.PROTOCOL_ERROR, "an increment of 0 (section 6.9)");
        }
        writer.enlarge(stream, increment);
    }

    // ---- what frames have in common

    private int fixed(int length) throws IOException {
        if (frames.length() != length) {
            throw Http2Error.connection(ErrorCode.FRAME_SIZE_ERROR, "a frame whose length is not " + length);
        }
        return frames.payload();
    }

    private static String tag(int code) {
        ErrorCode[] codes = ErrorCode.values();
        return code >= 0 && code < codes.length ? codes[code].tag() : "unknown";
    }

    private long now() {
        return server.ticker().nanos();
    }
}
