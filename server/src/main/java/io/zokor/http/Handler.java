package io.zokor.http;

/**
 * Answers requests. One instance serves all connections at once, so it must be safe for use by many threads.
 *
 * <p>
 * The response ends when {@code handle} returns: a handler that has written nothing sends 200 with an empty body. A handler
 * that throws is a panic: it is logged with its stack, answered with 500 where nothing was committed, and its connection
 * ends; {@link AbortHandlerException} ends the connection without a word, and a {@link RejectedRequestException} is answered
 * with its own status.
 */
@FunctionalInterface
public interface Handler {

    /**
     * Answers one request. Called on the connection's own virtual thread.
     *
     * @param request the request, valid until this method returns
     * @param response the response, valid until this method returns
     * @throws Exception whatever went wrong; see the class comment for what becomes of it
     */
    void handle(Request request, ResponseWriter response) throws Exception;
}
