package io.zokor.internal.http2;

import java.io.IOException;

import io.zokor.config.Http2;
import io.zokor.config.Limits;
import io.zokor.event.Side;
import io.zokor.http.Headers;
import io.zokor.http.RejectedRequestException;
import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.internal.exchange.RequestHead;
import io.zokor.internal.exchange.ServerContext;
import io.zokor.net.ByteReader;
import io.zokor.net.PeerGoneException;

import org.jspecify.annotations.Nullable;

/**
 * Makes of a connection's frames what they mean for its streams (RFC 9113 sections 5 and 6). It runs no handler and never writes to the
 * socket: what is to be answered is appended to the output, which a helper sends while this waits for the next frame. Owned by the
 * connection's thread.
 */
final class Http2Reader implements FrameReader.Pause {

    /** What the client may send of content before it gets credit: content is credited when it comes, so that no handler holds others. */
    private static final int CONNECTION_WINDOW = 16 * 1024 * 1024;

    private static final int CONNECTION_BATCH = 256 * 1024;

    private static final int STREAM_WINDOW = 65_535;

    /** DATA of so many bytes is real work. */
    private static final int WORK = 1024;

    private static final int MAX_CONCURRENT_STREAMS = 3;

    private static final int MAX_HEADER_LIST_SIZE = 6;

    private static final int NO_RFC7540_PRIORITIES = 9;

    /** What RFC 9113 counts for each field of a list beyond what this server does (section 6.5.2). */
    private static final int FIELD_OVERHEAD = 28;

    private static final Headers NO_TRAILERS = new Headers().seal();

    private final Http2Connection owner;

    private final ConnectionContext connection;

    private final ServerContext server;

    private final Streams streams;

    private final FrameWriter writer;

    private final AbuseBudget budget;

    private final FrameReader frames;

    private final BlockReader block = new BlockReader();

    private final PeerSettings peer = new PeerSettings();

    private final InboundWindow window = new InboundWindow(CONNECTION_WINDOW, CONNECTION_BATCH);

    private final RequestHeads.Rules rules;

    private boolean greeted;

    Http2Reader(Http2Connection owner, ConnectionContext connection, ByteReader in, Http2 config, Streams streams,
            FrameWriter writer, AbuseBudget budget) {
        this.owner = owner;
        this.connection = connection;
        this.server = connection.server();
        this.streams = streams;
        this.writer = writer;
        this.budget = budget;
        this.frames = new FrameReader(connection.conn(), in, this);
        this.rules = new RequestHeads.Rules(connection.conn().tls() != null, config.anyScheme(), false);
        Limits limits = server.limits().get();
        long list = limits.maxHeaderBytes() + (long) FIELD_OVERHEAD * limits.maxHeaderCount();
        writer.greet(CONNECTION_WINDOW, MAX_CONCURRENT_STREAMS, config.maxStreams(), MAX_HEADER_LIST_SIZE,
                (int) Math.min(Integer.MAX_VALUE, list), NO_RFC7540_PRIORITIES, 1);
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
            throw protocol("the first frame is not SETTINGS (section 3.4)");
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
        writer.kickIfOwed();
        owner.alive();
        if (greeted) {
            if (halfway) {
                streams.headBegins();
            } else if (streams.open() == 0) {
                frames.release();
            }
        }
    }

    @Override
    public void whole() throws IOException {
        if (greeted && !block.isOpen()) {
            streams.headEnds();
        }
    }

    // ---- frames

    private void take() throws IOException {
        int type = frames.type();
        if (frames.length() > Frames.MAX_LENGTH) {
            throw Http2Error.connection(ErrorCode.FRAME_SIZE_ERROR, "a frame of " + frames.length() + " bytes");
        }
        if (block.isOpen() && (type != Frames.CONTINUATION || frames.stream() != block.stream())) {
            throw protocol("another frame within a block of fields (section 6.10)");
        }
        try {
            switch (type) {
                case Frames.DATA -> data();
                case Frames.HEADERS -> headers();
                case Frames.PRIORITY -> priority();
                case Frames.RST_STREAM -> resetStream();
                case Frames.SETTINGS -> settings();
                case Frames.PUSH_PROMISE -> throw protocol("a client does not push (section 8.4)");
                case Frames.PING -> ping();
                case Frames.GOAWAY -> goAway();
                case Frames.WINDOW_UPDATE -> windowUpdate();
                case Frames.CONTINUATION -> continuation();
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
            writer.reset(stream, e.code(),
                    new PeerGoneException("the client has broken its stream: " + e.getMessage(), e));
        } else {
            writer.resetUnopened(id, e.code());
        }
    }

    private void data() throws IOException {
        int id = frames.stream();
        int length = frames.length();
        frames.whole();
        if (id == 0) {
            throw protocol("DATA without a stream (section 6.1)");
        }
        if (!window.receive(length)) {
            throw Http2Error.connection(ErrorCode.FLOW_CONTROL_ERROR, "more DATA than the connection's window");
        }
        int padding = 0;
        int content = length;
        if (frames.has(Frames.PADDED)) {
            if (length == 0) {
                throw Http2Error.connection(ErrorCode.FRAME_SIZE_ERROR, "padding without its length");
            }
            padding = frames.octet();
            content = length - 1 - padding;
            if (content < 0) {
                throw protocol("padding as long as its frame (section 6.1)");
            }
        }
        Http2Error fault = null;
        Http2Stream stream = null;
        try {
            stream = receiver(id, length);
        } catch (Http2Error e) {
            if (!e.isOfStream()) {
                throw e;
            }
            fault = e;
        }
        if (stream != null && !stream.receive(content)) {
            fault = Http2Error.stream(ErrorCode.PROTOCOL_ERROR, "more content than Content-Length (section 8.1.1)");
        }
        content(fault == null ? stream : null, content);
        skip(padding);
        creditConnection(length);
        if (content >= WORK) {
            budget.work();
        } else if (content == 0 && !frames.has(Frames.END_STREAM)) {
            budget.frame(now());
        }
        if (fault != null) {
            throw fault;
        }
        if (stream != null) {
            stream.input().skip(length - content);
            if (frames.has(Frames.END_STREAM)) {
                end(stream, NO_TRAILERS);
            }
        }
    }

    /** The stream that takes DATA, {@code null} where nobody does. */
    private @Nullable Http2Stream receiver(int id, int length) throws Http2Error {
        Http2Stream stream = known(id);
        if (stream == null) {
            if (!streams.isResetByServer(id)) {
                throw Http2Error.stream(ErrorCode.STREAM_CLOSED, "DATA on a stream that has ended (section 5.1)");
            }
            return null;
        }
        if (stream.isRemoteEnded()) {
            throw Http2Error.stream(ErrorCode.STREAM_CLOSED, "DATA behind the end of a stream (section 5.1)");
        }
        if (!stream.input().receive(length)) {
            throw Http2Error.stream(ErrorCode.FLOW_CONTROL_ERROR, "more DATA than the stream's window");
        }
        return stream;
    }

    private void content(@Nullable Http2Stream stream, int count) throws IOException {
        for (int left = count; left > 0;) {
            int n = frames.piece(left);
            if (stream != null) {
                stream.input().put(frames.bytes(), frames.taken() - n, n);
            }
            left -= n;
        }
    }

    private void skip(int count) throws IOException {
        for (int left = count; left > 0;) {
            left -= frames.piece(left);
        }
    }

    private void creditConnection(int length) throws Http2Error {
        window.consume(length);
        if (window.isDue()) {
            writer.creditConnection(window.credit());
        }
    }

    private void end(Http2Stream stream, Headers trailers) throws Http2Error {
        if (!stream.isComplete()) {
            throw Http2Error.stream(ErrorCode.PROTOCOL_ERROR, "less content than Content-Length (section 8.1.1)");
        }
        stream.input().end(trailers);
        streams.remoteEnd(stream);
    }

    private void headers() throws IOException {
        int id = frames.stream();
        int at = frames.payload();
        int to = at + frames.length();
        byte[] bytes = frames.bytes();
        if (id == 0) {
            throw protocol("HEADERS without a stream (section 6.2)");
        }
        if (frames.has(Frames.PADDED)) {
            if (at == to) {
                throw Http2Error.connection(ErrorCode.FRAME_SIZE_ERROR, "padding without its length");
            }
            int padding = bytes[at++] & 0xff;
            if (padding > to - at) {
                throw protocol("padding as long as its frame (section 6.2)");
            }
            to -= padding;
        }
        boolean onItself = false;
        if (frames.has(Frames.PRIORITY_FIELDS)) {
            if (to - at < 5) {
                throw Http2Error.connection(ErrorCode.FRAME_SIZE_ERROR, "HEADERS too short for its priority");
            }
            onItself = Frames.int31(bytes, at) == id;
            at += 5;
        }
        block.begin(id, frames.has(Frames.END_STREAM), onItself, now());
        fragment(bytes, at, to);
    }

    private void continuation() throws IOException {
        if (!block.isOpen()) {
            throw protocol("CONTINUATION without HEADERS (section 6.10)");
        }
        int at = frames.payload();
        fragment(frames.bytes(), at, at + frames.length());
    }

    private void fragment(byte[] bytes, int from, int to) throws IOException {
        if (!frames.has(Frames.END_HEADERS)) {
            block.add(bytes, from, to, server.limits().get());
            frames.goesOn();
            return;
        }
        RequestHeads heads = block.end(bytes, from, to, server.limits().get());
        block.close();
        streams.headEnds();
        budget.work();
        received(heads);
    }

    private void received(RequestHeads heads) throws IOException {
        int id = frames.stream();
        if ((id & 1) == 0) {
            throw protocol("a client's streams have odd numbers (section 5.1.1)");
        }
        if (id > streams.last()) {
            begin(heads, id);
            return;
        }
        Http2Stream stream = streams.get(id);
        if (stream == null) {
            if (streams.isResetByServer(id)) {
                return;
            }
            if (streams.isSkipped(id)) {
                throw protocol("a stream number lower than the last (section 5.1.1)");
            }
            throw Http2Error.connection(ErrorCode.STREAM_CLOSED, "HEADERS on a stream that has ended (section 5.1)");
        }
        if (stream.isRemoteEnded()) {
            throw Http2Error.stream(ErrorCode.STREAM_CLOSED, "HEADERS behind the end of a stream (section 5.1)");
        }
        trailers(heads, stream);
    }

    private void trailers(RequestHeads heads, Http2Stream stream) throws IOException {
        if (!block.isLast()) {
            throw Http2Error.stream(ErrorCode.PROTOCOL_ERROR, "trailers without END_STREAM (section 8.1)");
        }
        checkItself();
        try {
            end(stream, heads.trailers());
        } catch (RejectedRequestException e) {
            // The handler that reads to the end learns of it, and answers with its status.
            stream.input().fail(e);
            streams.remoteEnd(stream);
        }
    }

    private void checkItself() throws Http2Error {
        if (block.isOnItself()) {
            throw Http2Error.stream(ErrorCode.PROTOCOL_ERROR, "a stream that depends on itself");
        }
    }

    /** A request begins. */
    private void begin(RequestHeads heads, int id) throws IOException {
        streams.use(id);
        RequestHead head = null;
        RejectedRequestException refusal = null;
        try {
            checkItself();
            head = heads.head(rules, id, block.isLast(), block.startedNanos());
        } catch (RejectedRequestException e) {
            refusal = e;
        } catch (Http2Error e) {
            writer.refused(id);
            owner.malformed(block.startedNanos());
            throw e;
        }
        Http2Stream stream = new Http2Stream(id, head, STREAM_WINDOW);
        if (!writer.open(stream)) {
            budget.reset(now());
            return;
        }
        if (block.isLast()) {
            stream.input().end(NO_TRAILERS);
            streams.remoteEnd(stream);
        }
        owner.start(stream, heads.method(), refusal, block.startedNanos());
    }

    private void priority() throws IOException {
        int id = frames.stream();
        int at = frames.payload();
        budget.frame(now());
        if (id == 0) {
            throw protocol("PRIORITY without a stream (section 6.3)");
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
            throw protocol("RST_STREAM without a stream (section 6.4)");
        }
        Http2Stream stream = known(id);
        server.listener().streamReset(connection, Side.CLIENT, tag(Frames.int32(frames.bytes(), at)));
        if (stream == null) {
            budget.frame(now());
        } else if (writer.resetByPeer(stream, new PeerGoneException("the client has reset the stream", null))) {
            budget.reset(now());
        }
    }

    private void settings() throws IOException {
        if (frames.stream() != 0) {
            throw protocol("SETTINGS on a stream (section 6.5)");
        }
        int length = frames.length();
        if (length % 6 != 0 || frames.has(Frames.ACK) && length != 0) {
            throw Http2Error.connection(ErrorCode.FRAME_SIZE_ERROR, "SETTINGS of " + length + " bytes (section 6.5)");
        }
        int at = frames.payload();
        budget.frame(now());
        if (!frames.has(Frames.ACK)) {
            peer.read(frames.bytes(), at, length);
            writer.apply(peer);
        }
    }

    private void ping() throws IOException {
        if (frames.stream() != 0) {
            throw protocol("PING on a stream (section 6.7)");
        }
        int at = fixed(8);
        long data = (long) Frames.int32(frames.bytes(), at) << 32
                | Frames.int32(frames.bytes(), at + 4) & 0xffff_ffffL;
        budget.frame(now());
        if (frames.has(Frames.ACK)) {
            owner.pong(data);
        } else {
            writer.pong(data);
        }
    }

    private void goAway() throws IOException {
        if (frames.stream() != 0) {
            throw protocol("GOAWAY on a stream (section 6.8)");
        }
        if (frames.length() < 8) {
            throw Http2Error.connection(ErrorCode.FRAME_SIZE_ERROR, "GOAWAY of less than 8 bytes");
        }
        int at = frames.payload();
        budget.frame(now());
        server.listener().goAway(connection, Side.CLIENT, tag(Frames.int32(frames.bytes(), at + 4)));
        streams.leaving();
    }

    private void windowUpdate() throws IOException {
        int id = frames.stream();
        int at = fixed(4);
        int increment = Frames.int31(frames.bytes(), at);
        budget.frame(now());
        if (id == 0) {
            if (increment == 0) {
                throw protocol("an increment of 0 (section 6.9)");
            }
            writer.enlarge(increment);
            return;
        }
        Http2Stream stream = known(id);
        if (stream == null) {
            return;
        }
        if (increment == 0) {
            throw Http2Error.stream(ErrorCode.PROTOCOL_ERROR, "an increment of 0 (section 6.9)");
        }
        writer.enlarge(stream, increment);
    }

    // ---- what frames have in common

    /** The stream of a frame that needs one, {@code null} where it has ended; there must have been one (section 5.1). */
    private @Nullable Http2Stream known(int id) throws Http2Error {
        Http2Stream stream = streams.get(id);
        if (stream == null && (id > streams.last() || (id & 1) == 0)) {
            throw protocol("a frame for a stream that has not begun (section 5.1)");
        }
        return stream;
    }

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

    private static Http2Error protocol(String message) {
        return Http2Error.connection(ErrorCode.PROTOCOL_ERROR, message);
    }

    private long now() {
        return server.ticker().nanos();
    }
}
