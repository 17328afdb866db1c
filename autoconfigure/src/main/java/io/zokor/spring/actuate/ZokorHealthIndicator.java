package io.zokor.spring.actuate;

import java.time.Duration;

import io.zokor.spring.boot.ZokorWebServer;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Whether the servers accept connections: down while accepting has kept failing for more than five seconds, out of service while
 * one shuts down. Stateless.
 */
public final class ZokorHealthIndicator extends AbstractHealthIndicator {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ZokorServers servers;
    private final Duration patience;

    /**
     * Makes the indicator.
     *
     * @param servers the servers it looks at
     */
    public ZokorHealthIndicator(ZokorServers servers) {
        this(servers, PATIENCE);
    }

    ZokorHealthIndicator(ZokorServers servers, Duration patience) {
        super("Zokor's health could not be determined");
        this.servers = servers;
        this.patience = patience;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        builder.up();
        boolean down = false;
        for (ZokorWebServer server : servers.all()) {
            Duration failing = server.server().acceptFailing();
            if (failing.compareTo(patience) > 0) {
                down = true;
                builder.down().withDetail(server.name(), "accepting has failed for " + failing.toSeconds() + " s");
            } else if (server.isDraining()) {
                builder.withDetail(server.name(), "draining");
                if (!down) {
                    builder.outOfService();
                }
            }
        }
    }
}
