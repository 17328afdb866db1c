package io.zokor.spring.actuate;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.zokor.spring.boot.ZokorWebServer;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;

/**
 * The Zokor servers of an application: its own, and that of Actuator where it has a port of its own. Known once they listen. Safe
 * for use by many threads.
 */
public final class ZokorServers implements ApplicationListener<WebServerInitializedEvent> {

    private final CopyOnWriteArrayList<ZokorWebServer> servers = new CopyOnWriteArrayList<>();

    /** Makes an empty collection. */
    public ZokorServers() {
    }

    /** Comes with every start of a server, so the same one may come again. */
    @Override
    public void onApplicationEvent(WebServerInitializedEvent event) {
        if (event.getWebServer() instanceof ZokorWebServer server) {
            servers.addIfAbsent(server);
        }
    }

    /** {@return the servers, in the order in which they began to listen} */
    List<ZokorWebServer> all() {
        return List.copyOf(servers);
    }

    /** {@return the server of a name, or {@code null}} */
    @Nullable
    ZokorWebServer named(String name) {
        return servers.stream().filter(server -> server.name().equals(name)).findFirst().orElse(null);
    }
}
