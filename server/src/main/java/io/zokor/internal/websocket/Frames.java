package io.zokor.internal.websocket;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Makes the frames of a server (RFC 6455 section 5.2), and reads what a Close frame says. Stateless. */
public final class Frames {

    private Frames() {
    }

    /**
     * The head of a frame.
     *
     * @param opcode its opcode
     * @param last whether it is the last of its message
     * @param compressed whether it begins a compressed message
     * @param length bytes of its payload
     * @return the head, 2 to 10 bytes, ready to be read
     */
    public static ByteBuffer head(int opcode, boolean last, boolean compressed, int length) {
        ByteBuffer head = ByteBuffer.allocate(length < 126 ? 2 : length < 65_536 ? 4 : 10);
        head.put((byte) (opcode | (last ? 0x80 : 0) | (compressed ? 0x40 : 0)));
        if (length < 126) {
            head.put((byte) length);
        } else if (length < 65_536) {
            head.put((byte) 126).putShort((short) length);
        } else {
            head.put((byte) 127).putLong(length);
        }
        return head.flip();
    }

    /** {@return whether a status may stand in a Close frame (section 7.4, and what IANA has added)} */
    public static boolean mayBeSent(int code) {
        return code >= 1000 && code <= 1003 || code >= 1007 && code <= 1014 || code >= 3000 && code <= 4999;
    }

    /**
     * Takes the payload of a Close frame apart.
     *
     * @param payload the payload
     * @return the status, or 1005 where there is none
     * @throws Fault if it is malformed
     */
    public static int closeCode(byte[] payload) throws Fault {
        if (payload.length == 0) {
            return 1005;
        }
        if (payload.length == 1) {
            throw Fault.protocol("a close status of one byte");
        }
        int code = (payload[0] & 0xff) << 8 | payload[1] & 0xff;
        if (!mayBeSent(code)) {
            throw Fault.protocol("a close status that nobody may send");
        }
        Utf8Check utf8 = new Utf8Check();
        utf8.check(payload, 2, payload.length - 2);
        utf8.end();
        return code;
    }

    /** {@return the reason in the payload of a Close frame that {@link #closeCode} has accepted} */
    public static String closeReason(byte[] payload) {
        return payload.length < 3 ? "" : new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
    }

    /** {@return the payload of a Close frame; none for 1005} */
    public static byte[] closePayload(int code, String reason) {
        if (code == 1005) {
            return new byte[0];
        }
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(2 + text.length).putShort((short) code).put(text).array();
    }
}
