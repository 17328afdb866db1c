package io.zokor.internal.hpack;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Encodes and decodes by command, for the check that compares HPACK with another implementation: a line comes, a line goes. {@code new}
 * begins a connection, {@code table N} is the peer's SETTINGS_HEADER_TABLE_SIZE, {@code encode FIELDS} answers with a block, and
 * {@code decode BLOCK} with fields. Blocks, names and values are hexadecimal, fields {@code name=value}, with tabs between.
 */
public final class HpackPeer {

    private static final HexFormat HEX = HexFormat.of();

    private HpackEncoder encoder = new HpackEncoder();

    private HpackDecoder decoder = new HpackDecoder(4096);

    private HpackPeer() {
    }

    /**
     * Answers until the input ends.
     *
     * @param args none
     * @throws IOException if a line cannot be read, or a block not be decoded
     */
    public static void main(String[] args) throws IOException {
        HpackPeer peer = new HpackPeer();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            int blank = line.indexOf(' ');
            System.out.println(peer.answer(blank < 0 ? line : line.substring(0, blank), line.substring(blank + 1)));
        }
    }

    private String answer(String command, String argument) throws IOException {
        return switch (command) {
            case "new" -> {
                encoder = new HpackEncoder();
                decoder = new HpackDecoder(4096);
                yield "ok";
            }
            case "table" -> {
                encoder.maxTableBytes(Long.parseLong(argument));
                yield "ok";
            }
            case "decode" -> decode(HEX.parseHex(argument));
            default -> encode(argument.isEmpty() ? new String[0] : argument.split("\t"));
        };
    }

    private String decode(byte[] block) throws IOException {
        List<String> fields = new ArrayList<>();
        decoder.decode(block, 0, block.length, (name, value) -> fields.add(hex(name) + "=" + hex(value)));
        return String.join("\t", fields);
    }

    private String encode(String[] fields) {
        List<String> lines = new ArrayList<>();
        for (String field : fields) {
            int equals = field.indexOf('=');
            lines.add(text(field.substring(0, equals)) + ": " + text(field.substring(equals + 1)));
        }
        return HEX.formatHex(Blocks.encode(encoder, lines.toArray(String[]::new)));
    }

    private static String hex(String text) {
        return HEX.formatHex(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String text(String hex) {
        return new String(HEX.parseHex(hex), StandardCharsets.ISO_8859_1);
    }
}
