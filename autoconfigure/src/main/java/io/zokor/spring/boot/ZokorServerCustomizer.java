package io.zokor.spring.boot;

import io.zokor.server.ServerBuilder;

/**
 * Changes a server before it is built. Beans of this type are applied in their order, after all properties, to the server of the
 * application context that they are defined in: one that belongs to a management server on its own port is defined in a
 * {@code @ManagementContextConfiguration}.
 */
@FunctionalInterface
public interface ZokorServerCustomizer {

    /**
     * Changes a server. Called by the thread that refreshes the application context.
     *
     * @param server the server, with all of its settings
     */
    void customize(ServerBuilder server);
}
