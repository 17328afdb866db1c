package io.zokor.internal.http2;

/** The layout of frames (RFC 9113 sections 4.1 and 6): types, flags, lengths. Stateless. */
final class Frames {

    /** Octets of a frame's header. */
    static final int HEADER = 9;

    /** The largest payload that either side sends: what SETTINGS_MAX_FRAME_SIZE is at least, and by default. */
    static final int MAX_LENGTH = 16_384;

    /** What either side may send on a stream, and on the connection, before it is given more (section 6.9.2). */
    static final int INITIAL_WINDOW = 65_535;

    static final int DATA = 0;

    static final int HEADERS = 1;

    static final int PRIORITY = 2;

    static final int RST_STREAM = 3;

    static final int SETTINGS = 4;

    static final int PUSH_PROMISE = 5;

    static final int PING = 6;

    static final int GOAWAY = 7;

    static final int WINDOW_UPDATE = 8;

    static final int CONTINUATION = 9;

    static final int END_STREAM = 0x1;

    static final int ACK = 0x1;

    static final int END_HEADERS = 0x4;

    static final int PADDED = 0x8;

    static final int PRIORITY_FIELDS = 0x20;

    private Frames() {
    }

    static int int32(byte[] bytes, int at) {
        return bytes[at] << 24 | (bytes[at + 1] & 0xff) << 16 | (bytes[at + 2] & 0xff) << 8 | bytes[at + 3] & 0xff;
    }

    /** A number of 31 bits, whose first bit is reserved. */
    static int int31(byte[] bytes, int at) {
        return int32(bytes, at) & 0x7fff_ffff;
    }
}
