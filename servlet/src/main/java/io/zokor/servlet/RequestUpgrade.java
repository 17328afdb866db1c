package io.zokor.servlet;

import io.zokor.http.Headers;
import io.zokor.http.Request;
import io.zokor.http.Upgrade;
import io.zokor.servlet.internal.request.Dispatcher;
import io.zokor.servlet.internal.request.RequestCycle;

import jakarta.servlet.ServletRequest;

/**
 * The way of a request to another protocol on its connection, for parts of the container that speak one, as WebSocket. Used by the
 * thread of the request.
 */
public final class RequestUpgrade {

    private final RequestCycle cycle;

    private RequestUpgrade(RequestCycle cycle) {
        this.cycle = cycle;
    }

    /**
     * Finds the container's request.
     *
     * @param request a request of this container, or a wrapper of one
     * @return its upgrade
     * @throws IllegalArgumentException if it is neither
     */
    public static RequestUpgrade of(ServletRequest request) {
        return new RequestUpgrade(Dispatcher.cycleOf(request));
    }

    /**
     * The server's request behind that of the servlets.
     *
     * @return the request
     * @throws IllegalStateException if the request is over
     */
    public Request request() {
        return cycle.request().core();
    }

    /**
     * Switches the protocol once filters and servlet have returned, so that what they set is on the response as well. If one of them
     * fails, or answers with another status, there is no switch, and the fields given here are gone.
     *
     * @param status 101, or 200 for an extended CONNECT
     * @param fields what confirms the switch
     * @param upgrade what serves the new protocol
     * @throws IllegalStateException if the response is committed
     */
    public void upgrade(int status, Headers fields, Upgrade upgrade) {
        cycle.upgrade(status, fields, upgrade);
    }
}
