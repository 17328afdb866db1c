package io.zokor.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.zokor.testing.RawResponse.Framing;

/** Takes responses apart, by the letter of RFC 9112: what is malformed is an AssertionError. Has the reader's owner. */
final class ResponseReader {

    private final WireReader in;

    ResponseReader(WireReader in) {
        this.in = in;
    }

    /** Reads the head of the next response, interim or final. */
    RawResponse head() throws IOException {
        String line = in.line();
        if (line == null) {
            throw new AssertionError(
                    "the connection " + (in.wasReset() ? "was reset" : "ended") + " before a response");
        }
        return head(line);
    }

    /** Reads the next final response with its body, and the interim ones before it. */
    RawResponse response(boolean toHead) throws IOException {
        List<RawResponse> interim = new ArrayList<>();
        RawResponse head = head();
        while (head.status() < 200 && head.status() != 101) {
            interim.add(head);
            head = head();
        }
        return body(head, interim, toHead);
    }

    private RawResponse head(String statusLine) throws IOException {
        if (!statusLine.matches("HTTP/1\\.[01] [1-9][0-9][0-9] [\\t\\x20-\\x7e\\x80-\\xff]*")) {
            throw new AssertionError("not a status line (RFC 9112 section 4): " + statusLine);
        }
        return new RawResponse(statusLine.substring(0, 8), Integer.parseInt(statusLine.substring(9, 12)),
                statusLine.substring(13), fields(), new byte[0], List.of(), List.of(), Framing.NONE, true);
    }

    private RawResponse body(RawResponse head, List<RawResponse> interim, boolean toHead) throws IOException {
        List<String> lengths = head.headers("Content-Length");
        List<String> codings = head.headers("Transfer-Encoding");
        int status = head.status();
        Framing framing;
        if (toHead || status < 200 || status == 204 || status == 304) {
            framing = Framing.NONE;
        } else if (!codings.isEmpty()) {
            if (!lengths.isEmpty() || !codings.equals(List.of("chunked"))) {
                throw new AssertionError("the framing of the response is ambiguous: " + head);
            }
            framing = Framing.CHUNKED;
        } else {
            framing = lengths.isEmpty() ? Framing.CLOSE : Framing.LENGTH;
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        List<Map.Entry<String, String>> trailers = List.of();
        boolean complete = true;
        switch (framing) {
            case NONE -> {
                // nothing follows
            }
            case LENGTH -> {
                if (lengths.size() > 1 || !lengths.getFirst().matches("[0-9]{1,18}")) {
                    throw new AssertionError("Content-Length is malformed: " + head);
                }
                complete = in.copy(Long.parseLong(lengths.getFirst()), body);
            }
            case CHUNKED -> {
                try {
                    chunks(body);
                    trailers = fields();
                } catch (EOFException e) {
                    complete = false;
                }
            }
            case CLOSE -> {
                in.copy(Long.MAX_VALUE, body);
                complete = !in.wasReset();
            }
        }
        return new RawResponse(head.version(), status, head.reason(), head.headers(), body.toByteArray(), trailers,
                List.copyOf(interim), framing, complete);
    }

    private void chunks(ByteArrayOutputStream body) throws IOException {
        while (true) {
            String line = in.line();
            if (line == null) {
                throw new EOFException();
            }
            if (!line.matches("[0-9a-fA-F]{1,15}")) {
                throw new AssertionError("not a chunk's size: " + line);
            }
            long size = Long.parseLong(line, 16);
            if (size == 0) {
                return;
            }
            if (!in.copy(size, body)) {
                throw new EOFException();
            }
            String end = in.line();
            if (end == null) {
                throw new EOFException();
            }
            if (!end.isEmpty()) {
                throw new AssertionError("a chunk is longer than its size: " + end);
            }
        }
    }

    private List<Map.Entry<String, String>> fields() throws IOException {
        List<Map.Entry<String, String>> fields = new ArrayList<>();
        while (true) {
            String line = in.line();
            if (line == null) {
                throw new EOFException("the connection ended in the middle of fields");
            }
            if (line.isEmpty()) {
                return fields;
            }
            int colon = line.indexOf(':');
            if (colon <= 0 || line.substring(0, colon).matches(".*[^!#$%&'*+.^_`|~0-9A-Za-z-].*")) {
                throw new AssertionError("not a field (RFC 9112 section 5): " + line);
            }
            fields.add(new SimpleImmutableEntry<>(line.substring(0, colon), line.substring(colon + 1).strip()));
        }
    }
}
