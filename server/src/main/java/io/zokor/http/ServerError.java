package io.zokor.http;

import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * An error that the server answers by itself. Immutable.
 *
 * @param status the status of the answer
 * @param reason why the request was refused, or {@code null} where something else failed, such as a handler
 * @param connection the connection that the request came on
 * @param request the request, or {@code null} where its head could not be read; only its head may be looked at
 */
public record ServerError(int status, @Nullable RejectReason reason, ConnectionInfo connection,
        @Nullable Request request) {

    static final String PROBLEM = "application/problem+json";

    /**
     * Whether the client would rather have problem details (RFC 9457) than text: the first of JSON and text that its Accept field
     * names counts, a wildcard names neither, and a weight of zero refuses.
     *
     * @return whether it prefers {@code application/problem+json}; {@code false} where it does not say
     */
    public boolean prefersProblem() {
        return request != null && prefersProblem(request.headers().all("Accept"));
    }

    static boolean prefersProblem(List<String> accept) {
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
}
