package io.zokor.spring.boot;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains why an application with WebSocket endpoints does not start; stateless. */
final class WebSocketFailureAnalyzer extends AbstractFailureAnalyzer<IllegalStateException> {

    WebSocketFailureAnalyzer() {
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, IllegalStateException cause) {
        String message = cause.getMessage();
        if (message == null || !message.contains("websocket.server.ServerContainer")) {
            return null;
        }
        return new FailureAnalysis("The application has WebSocket endpoints, which Zokor does not support yet.",
                "Remove the endpoints, or set zokor.enabled=false to serve the application by another server.", cause);
    }
}
