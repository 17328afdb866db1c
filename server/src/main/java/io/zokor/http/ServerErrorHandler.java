package io.zokor.http;

import java.nio.charset.StandardCharsets;

/**
 * Renders the answers that the server makes by itself: to what is no HTTP, to requests beyond a limit, after a panic, and where a
 * servlet container has no error page. Status, connection handling and counters stay the server's. Called by the threads of
 * connections, many at once; must be quick.
 */
@FunctionalInterface
public interface ServerErrorHandler {

    /**
     * Makes the body of an answer. The handler must not read the request's body. Where it throws, or returns {@code null}, that
     * is logged and {@link #standard()} renders instead.
     *
     * @param error what is answered
     * @return the body; not sent where the method or the status forbids one
     */
    ServerErrorBody render(ServerError error);

    /**
     * The server's own: a constant text, which tells nothing of the request, the server or its product. Problem details (RFC 9457)
     * for clients that prefer JSON, otherwise a line of plain text.
     *
     * @return the one instance
     */
    static ServerErrorHandler standard() {
        return Standard.INSTANCE;
    }

    /** Renders constant texts. Stateless. */
    enum Standard implements ServerErrorHandler {
        /** The one instance. */
        INSTANCE;

        @Override
        public ServerErrorBody render(ServerError error) {
            String reason = Status.reason(error.status());
            if (error.prefersProblem()) {
                return problem(error.status(), reason.isEmpty() ? "Error" : reason);
            }
            String line = reason.isEmpty() ? Integer.toString(error.status()) : error.status() + " " + reason;
            return new ServerErrorBody("text/plain; charset=utf-8", ascii(line + "\n"));
        }

        private static ServerErrorBody problem(int status, String title) {
            return new ServerErrorBody(ServerError.PROBLEM, ascii("{\"type\":\"about:blank\",\"title\":\"" + title
                    + "\",\"status\":" + status + "}\n"));
        }

        private static byte[] ascii(String text) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }
    }
}
