/** The frames, checks and compression of RFC 6455 and RFC 7692; knows neither sessions nor options. */
@NullMarked
package io.zokor.internal.websocket;

import org.jspecify.annotations.NullMarked;
