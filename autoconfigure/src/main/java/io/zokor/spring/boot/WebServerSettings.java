package io.zokor.spring.boot;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.Shutdown;

/**
 * What a {@link ZokorWebServer} keeps of its factory's settings. Immutable.
 *
 * @param bindings where it listens, the main one first; empty for nowhere
 * @param shutdown whether running requests may end
 * @param drainDelay how long it serves on before it stops listening
 * @param tls the terms of TLS of its main port, or {@code null} for none
 * @param adaptiveConcurrency whether it finds itself how many requests may run at once
 */
record WebServerSettings(List<Binding> bindings, Shutdown shutdown, Duration drainDelay, @Nullable TlsSettings tls,
        boolean adaptiveConcurrency) {
}
