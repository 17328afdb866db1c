/** WebSocket (RFC 6455): sessions that one thread reads and any thread writes. */
@NullMarked
package io.zokor.websocket;

import org.jspecify.annotations.NullMarked;
