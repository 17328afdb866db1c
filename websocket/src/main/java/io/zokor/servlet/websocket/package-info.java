/**
 * A Jakarta WebSocket 2.2 server container for an application in Zokor's servlet container:
 * {@link io.zokor.servlet.websocket.ZokorServerContainer}. Clients of the API ({@code ContainerProvider}) are not served.
 */
@NullMarked
package io.zokor.servlet.websocket;

import org.jspecify.annotations.NullMarked;
