package io.zokor.internal.hpack;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Blocks as hexadecimal text, and what they hold as {@code name: value} lines. */
final class Blocks {

    private Blocks() {
    }

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", "").replace("\n", ""));
    }

    static List<String> decode(HpackDecoder decoder, String hex) throws IOException {
        return decode(decoder, bytes(hex));
    }

    static List<String> decode(HpackDecoder decoder, byte[] block) throws IOException {
        List<String> fields = new ArrayList<>();
        decoder.decode(block, 0, block.length, (name, value) -> fields.add(name + ": " + value));
        return fields;
    }

    /** Encodes; a field {@code :status} goes the way that responses go. */
    static byte[] encode(HpackEncoder encoder, String... fields) {
        int room = HpackEncoder.MAX_BEGIN;
        for (String field : fields) {
            room += HpackEncoder.maxBytes(name(field), value(field));
        }
        byte[] buffer = new byte[room];
        encoder.begin(buffer, 0);
        for (String field : fields) {
            if (name(field).equals(":status")) {
                encoder.encodeStatus(Integer.parseInt(value(field)));
            } else {
                encoder.encode(name(field), value(field));
            }
        }
        return Arrays.copyOf(buffer, encoder.end());
    }

    static String hex(byte[] block) {
        return HexFormat.of().formatHex(block);
    }

    private static String name(String field) {
        return field.substring(0, field.indexOf(": "));
    }

    private static String value(String field) {
        return field.substring(field.indexOf(": ") + 2);
    }
}
