package io.zokor.internal.exchange;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

import io.zokor.http.Status;

/**
 * The body of an answer that the server makes by itself: a constant text that tells nothing of the request or the server.
 * Immutable.
 *
 * @param contentType its type
 * @param body the body
 */
@SuppressWarnings("ArrayRecordComponent")
public record ErrorAnswer(String contentType, byte[] body) {

    private static final String PROBLEM = "application/problem+json";

    /**
     * Makes the body for a status in the form that the client can read.
     *
     * @param status the status
     * @param accept values of its Accept field; empty where it sent none or its head could not be read
     * @return problem details (RFC 9457) where it names that type or JSON, otherwise plain text
     */
    public static ErrorAnswer of(int status, List<String> accept) {
        String reason = Status.reason(status);
        if (wantsJson(accept)) {
            return new ErrorAnswer(PROBLEM, ascii("{\"type\":\"about:blank\",\"title\":\"" + reason + "\",\"status\":"
                    + status + "}\n"));
        }
        return new ErrorAnswer("text/plain; charset=utf-8", ascii(status + " " + reason + "\n"));
    }

    /** The first of text and JSON that is named counts; a wildcard names neither, and a weight of zero refuses. */
    private static boolean wantsJson(List<String> accept) {
        for (String field : accept) {
            for (String range : field.split(",")) {
                String[] parts = range.toLowerCase(Locale.ROOT).split(";");
                if (parts.length == 0 || refused(parts)) {
                    continue;
                }
                switch (parts[0].strip()) {
                    case PROBLEM, "application/json" -> {
                        return true;
                    }
                    case "text/plain", "text/html", "text/*" -> {
                        return false;
                    }
                    default -> {
                    }
                }
            }
        }
        return false;
    }

    private static boolean refused(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            if (parts[i].strip().matches("q=0(\\.0{0,3})?")) {
                return true;
            }
        }
        return false;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
