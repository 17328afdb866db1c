package io.zokor.spring.boot;

import io.zokor.http.Handler;
import io.zokor.http.Request;
import io.zokor.http.ResponseWriter;

/**
 * While a server drains, ends each connection after its next response, so that the clients' pools move to other instances before
 * this one stops listening. The flag is written by the thread that stops the server and read by all requests.
 */
final class DrainingHandler implements Handler {

    private final Handler handler;
    private volatile boolean draining;

    DrainingHandler(Handler handler) {
        this.handler = handler;
    }

    void draining(boolean value) {
        draining = value;
    }

    boolean isDraining() {
        return draining;
    }

    @Override
    public void handle(Request request, ResponseWriter response) throws Exception {
        if (draining) {
            // RFC 9112 section 9.6
            response.headers().set("Connection", "close");
        }
        handler.handle(request, response);
    }
}
