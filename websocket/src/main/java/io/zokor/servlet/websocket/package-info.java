/**
 * The parts of a Jakarta WebSocket 2.2 server container that need no connection: the paths of endpoints, the methods of
 * annotated ones, encoders and decoders, message handlers. Clients of the API ({@code ContainerProvider}) are not served.
 */
@NullMarked
package io.zokor.servlet.websocket;

import org.jspecify.annotations.NullMarked;
