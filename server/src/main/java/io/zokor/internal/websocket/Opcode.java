package io.zokor.internal.websocket;

/** Opcodes of frames (RFC 6455 section 5.2). */
public final class Opcode {

    /** A further fragment of a message. */
    public static final int CONTINUATION = 0;

    /** The first or only fragment of a text. */
    public static final int TEXT = 1;

    /** The first or only fragment of a binary message. */
    public static final int BINARY = 2;

    /** Close. */
    public static final int CLOSE = 8;

    /** Ping. */
    public static final int PING = 9;

    /** Pong. */
    public static final int PONG = 10;

    private Opcode() {
    }
}
