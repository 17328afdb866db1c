package io.zokor.websocket;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

import io.zokor.internal.websocket.Fault;
import io.zokor.internal.websocket.FrameReader;
import io.zokor.internal.websocket.Frames;
import io.zokor.internal.websocket.Opcode;

import org.jspecify.annotations.Nullable;

/**
 * What a session reads: messages, in one or in parts, and between them the control frames, which are dealt with here. Owned by the
 * thread that reads; how many messages have come may be read by any.
 */
final class SessionInput {

    private final Session session;

    private final Sender sender;

    private final Liveness liveness;

    private final FrameReader frames;

    private final MessageReader messages;

    private volatile long received;

    private @Nullable Consumer<ByteBuffer> pongs;

    private @Nullable Consumer<ByteBuffer> pings;

    /** The peer's Close frame or the end of its input has been seen, or its fault. */
    private boolean ended;

    SessionInput(Session session, Sender sender, Liveness liveness, boolean compressed) {
        this.session = session;
        this.sender = sender;
        this.liveness = liveness;
        this.frames = new FrameReader(liveness::read, compressed);
        this.messages = new MessageReader(this, frames, liveness);
    }

    // ---- what a handler asks

    @Nullable
    WebSocketMessage read() {
        checkBetweenMessages();
        return read(false);
    }

    @Nullable
    WebSocketMessage readPart() {
        return read(true);
    }

    WebSocketMessage.@Nullable Kind await() {
        checkBetweenMessages();
        if (ended) {
            return null;
        }
        try {
            WebSocketMessage.Kind kind = messages.await();
            if (kind != null && session.isOpen()) {
                return kind;
            }
            discard();
        } catch (Fault fault) {
            fail(fault);
        } catch (IOException e) {
            lost();
        }
        return null;
    }

    private void checkBetweenMessages() {
        if (messages.inMessage()) {
            throw new IllegalStateException("a message was read in part");
        }
    }

    private @Nullable WebSocketMessage read(boolean inPart) {
        if (ended) {
            return null;
        }
        try {
            WebSocketMessage message = inPart ? messages.part() : messages.whole();
            if (message != null && session.isOpen()) {
                return message;
            }
            discard();
        } catch (Fault fault) {
            fail(fault);
        } catch (IOException e) {
            lost();
        }
        return null;
    }

    @Nullable
    Reader nextText() {
        WebSocketMessage first = read(true);
        if (first instanceof WebSocketMessage.Binary) {
            return refuse();
        }
        return first instanceof WebSocketMessage.Text text ? new MessageStreams.Text(session, text) : null;
    }

    @Nullable
    InputStream nextBinary() {
        WebSocketMessage first = read(true);
        if (first instanceof WebSocketMessage.Text) {
            return refuse();
        }
        return first instanceof WebSocketMessage.Binary binary ? new MessageStreams.Binary(session, binary) : null;
    }

    private <T> @Nullable T refuse() {
        session.close(CloseStatus.UNSUPPORTED, WebSocketClose.By.APPLICATION);
        return null;
    }

    void onPong(@Nullable Consumer<ByteBuffer> handler) {
        pongs = handler;
    }

    void onPing(@Nullable Consumer<ByteBuffer> handler) {
        pings = handler;
    }

    // ---- what the reader of messages asks

    /** {@return how many bytes a message may have} */
    int maxSize(boolean text) {
        return text ? session.maxTextSize() : session.maxBinarySize();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate")
    void received(long bytes) {
        received = received + 1;
        liveness.moved();
        session.options().listener().received(session, bytes);
    }

    /** {@return how many messages have come} */
    long received() {
        return received;
    }

    /** Reads on to the next data frame; control frames are dealt with. {@return whether there is one} */
    boolean nextData() throws IOException {
        while (frames.next()) {
            if (!frames.isControl()) {
                return true;
            }
            byte[] payload = frames.readControl();
            switch (frames.opcode()) {
                case Opcode.PING -> {
                    answer(payload);
                    tell(pings, payload);
                }
                case Opcode.PONG -> {
                    if (!liveness.pong(payload)) {
                        tell(pongs, payload);
                    }
                }
                default -> {
                    peerClosed(payload);
                    return false;
                }
            }
        }
        lost();
        return false;
    }

    private void answer(byte[] payload) throws IOException {
        if (session.isOpen()) {
            sender.answer(payload);
        }
    }

    private static void tell(@Nullable Consumer<ByteBuffer> handler, byte[] payload) {
        if (handler != null) {
            handler.accept(ByteBuffer.wrap(payload));
        }
    }

    // ---- the end

    private void peerClosed(byte[] payload) throws Fault {
        int code = Frames.closeCode(payload);
        session.close(new CloseStatus(code, Frames.closeReason(payload)), WebSocketClose.By.PEER);
        end();
    }

    private void fail(Fault fault) {
        if (fault.code() == CloseStatus.TOO_BIG.code() && session.options().sessions().isFirstTooLarge()) {
            System.getLogger("io.zokor.websocket").log(Level.WARNING, "a WebSocket was closed with 1009: "
                    + fault.reason() + "; zokor.websocket.max-message-size raises the limit (this is said once)");
        }
        session.close(new CloseStatus(fault.code(), fault.reason()), WebSocketClose.By.SERVER);
        end();
    }

    private void lost() {
        session.lost();
        end();
    }

    private void end() {
        ended = true;
        session.ended();
    }

    /** Once the session is closing only the peer's Close frame counts. */
    private void discard() throws IOException {
        byte[] scratch = new byte[1024];
        while (!ended) {
            while (frames.remaining() > 0) {
                frames.read(scratch, 0, scratch.length);
            }
            nextData();
        }
    }

    /** Reads on to the peer's Close frame, and lets go of the buffers. */
    void finish() {
        try {
            discard();
        } catch (Fault fault) {
            end();
        } catch (IOException e) {
            lost();
        }
        messages.release();
    }
}
