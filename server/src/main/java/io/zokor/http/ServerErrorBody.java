package io.zokor.http;

import java.nio.charset.StandardCharsets;

/**
 * The body of an answer that the server makes by itself. Immutable, as long as nobody changes the bytes.
 *
 * @param contentType value of the Content-Type field
 * @param content the bytes, which are not copied
 */
@SuppressWarnings("ArrayRecordComponent")
public record ServerErrorBody(String contentType, byte[] content) {

    /**
     * Checks the type.
     *
     * @throws IllegalArgumentException if the type is empty or holds what a field's value may not (RFC 9110 section 5.5)
     */
    public ServerErrorBody {
        if (contentType.isBlank() || !contentType.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
            throw new IllegalArgumentException("a content type is printable ASCII and not empty");
        }
    }

    /**
     * Makes a body of text.
     *
     * @param contentType its type, which should say {@code charset=utf-8} where the type has that parameter
     * @param text the text, sent as UTF-8
     * @return the body
     * @throws IllegalArgumentException as the constructor does
     */
    public static ServerErrorBody of(String contentType, String text) {
        return new ServerErrorBody(contentType, text.getBytes(StandardCharsets.UTF_8));
    }
}
