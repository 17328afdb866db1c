package io.zokor.spring.boot;

import java.net.BindException;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says what to do where a server cannot listen; stateless. A port in use is Boot's own to explain. */
final class StartFailureAnalyzer extends AbstractFailureAnalyzer<ListenFailedException> {

    StartFailureAnalyzer() {
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ListenFailedException cause) {
        String reason = String.valueOf(cause.getCause() == null ? null : cause.getCause().getMessage());
        return new FailureAnalysis("Zokor cannot listen on " + cause.where() + ": " + reason,
                action(cause.where(), reason.toLowerCase(Locale.ROOT), cause.getCause()), cause);
    }

    private static String action(String where, String reason, @Nullable Throwable cause) {
        if (reason.contains("permission denied")) {
            return "Choose a port of 1024 or more by server.port, or allow the process to use this one: on Linux by the "
                    + "capability CAP_NET_BIND_SERVICE or by sysctl net.ipv4.ip_unprivileged_port_start.";
        }
        if (cause instanceof BindException && where.startsWith("/")) {
            return "Choose another path by zokor.listeners[].unix-socket, end the process that listens there, or remove the file.";
        }
        if (reason.contains("assign requested address") || cause instanceof BindException) {
            return "Set server.address to an address that this machine has, or remove it to listen on all of them.";
        }
        return "Check server.address and server.port.";
    }
}
