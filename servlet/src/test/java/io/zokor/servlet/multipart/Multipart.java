package io.zokor.servlet.multipart;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import io.zokor.config.Limits;

/** Bodies as text, where each character is a byte. */
final class Multipart {

    static final String TYPE = "multipart/form-data; boundary=xyz";

    private Multipart() {
    }

    static MultipartSettings settings(Path location) {
        return new MultipartSettings(location, 0, -1, -1, Limits.defaults(), StandardCharsets.UTF_8);
    }

    static List<ZokorPart> parse(String body, MultipartSettings settings) throws IOException {
        return parse(body, TYPE, settings);
    }

    static List<ZokorPart> parse(String body, String type, MultipartSettings settings) throws IOException {
        return MultipartParser.parse(new ByteArrayInputStream(bytes(body)), type, settings);
    }

    /** Line ends become CRLF. */
    static String lines(String text) {
        return text.replace("\n", "\r\n");
    }

    static String field(String name, String value) {
        return "--xyz\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    }

    static String file(String name, String content) {
        return "--xyz\r\nContent-Disposition: form-data; name=\"" + name
                + "\"; filename=\"f\"\r\nContent-Type: text/plain\r\n\r\n" + content + "\r\n";
    }

    static String end() {
        return "--xyz--\r\n";
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String content(ZokorPart part) throws IOException {
        try (InputStream in = part.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    /** Gives one byte, or what a plan says, at each read. */
    static InputStream inPieces(byte[] content, int... sizes) {
        return new InputStream() {

            private int position;
            private int next;

            @Override
            public int read() {
                throw new UnsupportedOperationException("one byte at a time is slow");
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                if (position == content.length) {
                    return -1;
                }
                int wanted = sizes.length == 0 ? 1 : sizes[next++ % sizes.length];
                int count = Math.min(Math.min(wanted, length), content.length - position);
                System.arraycopy(content, position, buffer, offset, count);
                position += count;
                return count;
            }
        };
    }
}
