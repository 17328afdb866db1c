package io.zokor.servlet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import io.zokor.http.Status;

import org.jspecify.annotations.Nullable;

/**
 * The container's own page for errors, where the application has none: a constant text that tells nothing of request,
 * application or server. Only what the application itself said with {@code sendError} is shown, as the Javadoc of that method
 * has it. Stateless.
 */
final class OwnErrorPage {

    private OwnErrorPage() {
    }

    /**
     * Answers with the page and closes the response.
     *
     * @param message what the application said of the error, or {@code null}
     */
    static void answer(RequestCycle cycle, int status, @Nullable String message) throws IOException {
        String reason = Status.reason(status);
        String line = (status + " " + reason).strip();
        if (wantsJson(cycle)) {
            String title = reason.isEmpty() ? "Error" : reason;
            send(cycle, status, "application/problem+json",
                    "{\"title\":\"" + title + "\",\"status\":" + status + "}\n");
        } else if (message == null) {
            send(cycle, status, "text/plain;charset=utf-8", line + "\n");
        } else {
            send(cycle, status, "text/html;charset=utf-8",
                    "<!DOCTYPE html>\n<html lang=\"en\"><head><title>" + line + "</title></head><body><h1>" + line
                            + "</h1><p>" + Redirect.escape(message) + "</p></body></html>\n");
        }
    }

    private static boolean wantsJson(RequestCycle cycle) {
        String accept = cycle.core().headers().get("Accept");
        return accept != null && accept.contains("json") && !accept.contains("text/");
    }

    private static void send(RequestCycle cycle, int status, String type, String body) throws IOException {
        cycle.response().answer(status, type, body.getBytes(StandardCharsets.UTF_8));
    }
}
