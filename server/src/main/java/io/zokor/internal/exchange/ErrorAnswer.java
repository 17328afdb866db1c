package io.zokor.internal.exchange;

import java.lang.System.Logger.Level;

import io.zokor.http.ServerError;
import io.zokor.http.ServerErrorBody;
import io.zokor.http.ServerErrorHandler;
import io.zokor.net.LogLimit;

/** Has a server's answers rendered by its handler, and by the standard one where that fails. Safe for use by many threads. */
public final class ErrorAnswer {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.server");

    private final ServerErrorHandler handler;

    private final LogLimit failures = new LogLimit(LOGGER, Level.WARNING);

    /**
     * Makes one.
     *
     * @param handler what renders
     */
    public ErrorAnswer(ServerErrorHandler handler) {
        this.handler = handler;
    }

    /**
     * Renders.
     *
     * @param error what is answered
     * @return the body
     */
    @SuppressWarnings("ConstantValue")
    public ServerErrorBody to(ServerError error) {
        try {
            ServerErrorBody body = handler.render(error);
            if (body != null) {
                return body;
            }
            failures.log(() -> "the handler of server errors returned null for status " + error.status(), null);
        } catch (RuntimeException | Error e) {
            // The client is to have an answer whatever the application's renderer does.
            failures.log(() -> "the handler of server errors failed for status " + error.status(), e);
        }
        return ServerErrorHandler.standard().render(error);
    }
}
