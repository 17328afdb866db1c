package io.zokor.internal.http2;

/**
 * What the peer's SETTINGS say (RFC 9113 section 6.5.2), as far as this side has a use for it: frames never exceed the smallest
 * limit there is, nothing is pushed, and a limit for field sections is advice. They size no buffer (CVE-2025-1948). Owned by the
 * reader; applied under the writer's lock.
 */
final class PeerSettings {

    /** A frame has no need of more (CVE-2019-9515). */
    private static final int MAX_ENTRIES = 32;

    private static final int ENTRY = 6;

    private static final int HEADER_TABLE_SIZE = 1;

    private static final int ENABLE_PUSH = 2;

    private static final int INITIAL_WINDOW_SIZE = 4;

    private static final int MAX_FRAME_SIZE = 5;

    private static final int ENABLE_CONNECT_PROTOCOL = 8;

    private static final int NO_RFC7540_PRIORITIES = 9;

    private int initialWindow = 65_535;

    private long tableSize = 4096;

    /** The smallest table size since it was last asked for: entries that it evicts are gone even if it grows again. */
    private long smallestTableSize = 4096;

    int initialWindow() {
        return initialWindow;
    }

    long tableSize() {
        return tableSize;
    }

    long takeSmallestTableSize() {
        long smallest = smallestTableSize;
        smallestTableSize = tableSize;
        return smallest;
    }

    /** Reads the payload of a frame, whose length was checked to be a multiple of six. */
    void read(byte[] bytes, int offset, int length) throws Http2Error {
        if (length / ENTRY > MAX_ENTRIES) {
            throw Http2Error.connection(ErrorCode.ENHANCE_YOUR_CALM,
                    "SETTINGS of more than " + MAX_ENTRIES + " entries");
        }
        for (int i = offset; i < offset + length; i += ENTRY) {
            int id = (bytes[i] & 0xff) << 8 | bytes[i + 1] & 0xff;
            long value = (long) Frames.int32(bytes, i + 2) & 0xffff_ffffL;
            set(id, value);
        }
    }

    private void set(int id, long value) throws Http2Error {
        switch (id) {
            case HEADER_TABLE_SIZE -> {
                tableSize = value;
                smallestTableSize = Math.min(smallestTableSize, value);
            }
            case ENABLE_PUSH, ENABLE_CONNECT_PROTOCOL, NO_RFC7540_PRIORITIES -> {
                if (value > 1) {
                    throw Http2Error.connection(ErrorCode.PROTOCOL_ERROR, "setting " + id + " is neither 0 nor 1");
                }
            }
            case INITIAL_WINDOW_SIZE -> {
                if (value > OutboundWindow.MAX) {
                    throw Http2Error.connection(ErrorCode.FLOW_CONTROL_ERROR, "an initial window beyond 2^31 - 1");
                }
                initialWindow = (int) value;
            }
            case MAX_FRAME_SIZE -> {
                if (value < Frames.MAX_LENGTH || value >= 1 << 24) {
                    throw Http2Error.connection(ErrorCode.PROTOCOL_ERROR, "a frame size out of range");
                }
            }
            default -> {
                // MAX_CONCURRENT_STREAMS is for pushes, MAX_HEADER_LIST_SIZE advice, others are unknown.
            }
        }
    }
}
