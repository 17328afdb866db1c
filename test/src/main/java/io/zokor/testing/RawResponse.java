package io.zokor.testing;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A response as it came over the wire. Immutable but for the bytes of its body.
 *
 * @param version for example {@code HTTP/1.1}
 * @param status its status
 * @param reason its reason phrase, may be empty
 * @param headers its fields in order, names as sent
 * @param body its body, decoded where it was chunked
 * @param trailers fields after a chunked body
 * @param interim the interim responses that came before it
 * @param framing how the end of the body is marked
 * @param complete whether the end came; false where the connection ended before it
 */
public record RawResponse(String version, int status, String reason, List<Map.Entry<String, String>> headers,
        byte[] body, List<Map.Entry<String, String>> trailers, List<RawResponse> interim, Framing framing,
        boolean complete) {

    /** How the end of a body is marked. */
    public enum Framing {
        /** There is no body: 1xx, 204, 304, or the answer to HEAD. */
        NONE,
        /** Content-Length. */
        LENGTH,
        /** Chunked coding. */
        CHUNKED,
        /** The end of the connection. */
        CLOSE
    }

    /**
     * {@return the first value of a field}
     *
     * @param name name of the field, in any case
     */
    public Optional<String> header(String name) {
        return headers(name).stream().findFirst();
    }

    /**
     * {@return all values of a field}
     *
     * @param name name of the field, in any case
     */
    public List<String> headers(String name) {
        return headers.stream().filter(e -> e.getKey().equalsIgnoreCase(name)).map(Map.Entry::getValue).toList();
    }

    /**
     * {@return whether there is such a field}
     *
     * @param name name of the field, in any case
     */
    public boolean hasHeader(String name) {
        return !headers(name).isEmpty();
    }

    /** {@return the body as UTF-8 text} */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** {@return status line, fields and body, for the messages of failed assertions} */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        interim.forEach(r -> text.append(r).append('\n'));
        text.append(version).append(' ').append(status).append(' ').append(reason).append('\n');
        headers.forEach(e -> text.append(e.getKey()).append(": ").append(e.getValue()).append('\n'));
        text.append('\n').append(body.length > 2000 ? body.length + " bytes" : text());
        trailers.forEach(e -> text.append("\ntrailer ").append(e.getKey()).append(": ").append(e.getValue()));
        return complete ? text.toString() : text + "\n(cut)";
    }
}
