package io.zokor.internal.http2;

import java.io.IOException;

import io.zokor.http.Headers;
import io.zokor.http.RejectedRequestException;
import io.zokor.internal.exchange.RequestHead;
import io.zokor.internal.exchange.ServerContext;

/**
 * Takes HEADERS and CONTINUATION (RFC 9113 sections 4.3, 6.2, 6.10 and 8): makes requests of them, and trailers. Owned by the connection's
 * reader.
 */
final class RequestReader {

    private static final Headers NO_TRAILERS = new Headers().seal();

    private final Http2Connection owner;

    private final ServerContext server;

    private final FrameReader frames;

    private final Streams streams;

    private final Control control;

    private final AbuseBudget budget;

    private final RequestHeads.Rules rules;

    private final BlockReader block = new BlockReader();

    RequestReader(Http2Connection owner, ServerContext server, FrameReader frames, Streams streams, Control control,
            AbuseBudget budget, RequestHeads.Rules rules) {
        this.owner = owner;
        this.server = server;
        this.frames = frames;
        this.streams = streams;
        this.control = control;
        this.budget = budget;
        this.rules = rules;
    }

    /** {@return the stream of the block that has begun and must go on in the next frame, or 0} */
    int openBlock() {
        return block.stream();
    }

    void headers() throws IOException {
        int id = frames.stream();
        int at = frames.payload();
        int to = at + frames.length();
        byte[] bytes = frames.bytes();
        if (id == 0) {
            throw Http2Error.protocol("HEADERS without a stream (section 6.2)");
        }
        if (frames.has(Frames.PADDED)) {
            if (at == to) {
                throw Http2Error.connection(ErrorCode.FRAME_SIZE_ERROR, "padding without its length");
            }
            int padding = bytes[at++] & 0xff;
            if (padding > to - at) {
                throw Http2Error.protocol("padding as long as its frame (section 6.2)");
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
        block.begin(id, frames.has(Frames.END_STREAM), onItself, server.ticker().nanos());
        fragment(bytes, at, to);
    }

    void continuation() throws IOException {
        if (block.stream() == 0) {
            throw Http2Error.protocol("CONTINUATION without HEADERS (section 6.10)");
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
        streams.deadlines().headEnds();
        budget.work();
        received(heads);
    }

    private void received(RequestHeads heads) throws IOException {
        int id = frames.stream();
        if ((id & 1) == 0) {
            throw Http2Error.protocol("a client's streams have odd numbers (section 5.1.1)");
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
                throw Http2Error.protocol("a stream number lower than the last (section 5.1.1)");
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
        Headers trailers = NO_TRAILERS;
        try {
            trailers = heads.trailers();
        } catch (RejectedRequestException e) {
            // The handler that reads to the end learns of it, and answers with its status.
            stream.input().fail(e);
        }
        streams.remoteEnd(stream, trailers);
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
            control.refused(id);
            owner.malformed(block.startedNanos());
            throw e;
        }
        Http2Stream stream = new Http2Stream(id, head, Frames.INITIAL_WINDOW);
        if (!control.open(stream)) {
            budget.reset(server.ticker().nanos());
            return;
        }
        if (block.isLast()) {
            streams.remoteEnd(stream, NO_TRAILERS);
        }
        owner.start(stream, heads.method(), refusal, block.startedNanos());
    }
}
