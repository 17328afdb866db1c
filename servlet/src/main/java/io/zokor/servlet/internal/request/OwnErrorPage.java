package io.zokor.servlet.internal.request;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import io.zokor.http.ServerErrorBody;
import io.zokor.http.Status;
import io.zokor.servlet.internal.field.Redirect;

import org.jspecify.annotations.Nullable;

/**
 * The container's own page for errors, where the application has none: a constant text that tells nothing of request,
 * application or server. Only what the application itself said with {@code sendError} is shown, as the Javadoc of that method
 * has it; the rest is rendered as the server renders its own errors. Stateless.
 */
public final class OwnErrorPage {

    private OwnErrorPage() {
    }

    /**
     * Answers with the page and closes the response.
     *
     * @param message what the application said of the error, or {@code null}
     */
    public static void answer(RequestCycle cycle, int status, @Nullable String message) throws IOException {
        if (message == null || wantsJson(cycle)) {
            ServerErrorBody body = cycle.response().controller().renderError(status);
            cycle.response().answer(status, body.contentType(), body.content());
            return;
        }
        String line = (status + " " + Status.reason(status)).strip();
        String page = "<!DOCTYPE html>\n<html lang=\"en\"><head><title>" + line + "</title></head><body><h1>" + line
                + "</h1><p>" + Redirect.escape(message) + "</p></body></html>\n";
        cycle.response().answer(status, "text/html;charset=utf-8", page.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean wantsJson(RequestCycle cycle) {
        String accept = cycle.core().headers().get("Accept");
        return accept != null && accept.contains("json") && !accept.contains("text/");
    }
}
