package io.zokor.websocket;

import java.io.IOException;
import java.time.Duration;

import io.zokor.http.Tunnel;
import io.zokor.http.Upgrade;
import io.zokor.internal.websocket.ExtensionOffers;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.TimeoutKind;

import org.jspecify.annotations.Nullable;

/** What a connection becomes after the handshake: carries the session, once there is one. Any thread. */
final class SessionUpgrade implements Upgrade {

    private final WebSocketOptions options;

    private final WebSocketRequest request;

    private final @Nullable String subprotocol;

    private final ExtensionOffers.@Nullable Deflate deflate;

    private final WebSocketHandler handler;

    private volatile @Nullable Session session;

    private volatile boolean draining;

    SessionUpgrade(WebSocketOptions options, WebSocketRequest request, @Nullable String subprotocol,
            ExtensionOffers.@Nullable Deflate deflate, WebSocketHandler handler) {
        this.options = options;
        this.request = request;
        this.subprotocol = subprotocol;
        this.deflate = deflate;
        this.handler = handler;
    }

    @Override
    public String protocol() {
        return "websocket";
    }

    Session open(Tunnel tunnel, @Nullable Thread waitsOnClose) {
        Session opened = new Session(options, request, subprotocol, deflate, tunnel);
        session = opened;
        opened.opened(waitsOnClose);
        if (draining) {
            opened.close(CloseStatus.GOING_AWAY, WebSocketClose.By.SERVER);
        }
        return opened;
    }

    @Override
    public void serve(Tunnel tunnel) throws IOException {
        Session opened = open(tunnel, null);
        Throwable failure = null;
        if (opened.isOpen()) {
            try {
                handler.serve(opened);
            } catch (Throwable e) {
                failure = e;
            }
        }
        boolean panic = failure != null && !(failure instanceof IOException && !opened.isOpen());
        if (panic) {
            opened.close(CloseStatus.SERVER_ERROR, WebSocketClose.By.SERVER);
        }
        opened.finish();
        if (panic) {
            switch (failure) {
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case null, default -> throw new IllegalStateException("the WebSocket handler failed", failure);
            }
        }
        TimeoutKind timedOut = opened.timedOut();
        if (timedOut != null) {
            throw new DeadlineExceededException(timedOut);
        }
    }

    @Override
    public void drain() {
        draining = true;
        Session running = session;
        if (running != null && running.isOpen()) {
            Thread.ofVirtual().name("zokor-websocket-close")
                    .start(() -> running.close(CloseStatus.GOING_AWAY, WebSocketClose.By.SERVER));
        }
    }

    @Override
    public void expire(long now) {
        Session running = session;
        if (running != null) {
            running.liveness().expire(now);
        }
    }

    @Override
    public String describe() {
        Session running = session;
        if (running == null) {
            return "websocket " + request.path();
        }
        WebSocketSnapshot now = running.snapshot();
        Duration roundTrip = now.roundTrip();
        Duration blocked = now.blocked();
        return "websocket " + now.path() + (now.subprotocol() == null ? "" : " " + now.subprotocol())
                + ", received " + now.received() + ", sent " + now.sent()
                + (now.queued() > 0 ? ", queued " + now.queued() + " bytes" : "")
                + (roundTrip == null ? "" : ", round trip " + roundTrip.toMillis() + " ms")
                + (blocked == null ? "" : ", blocked in a write for " + blocked.toMillis() + " ms");
    }
}
