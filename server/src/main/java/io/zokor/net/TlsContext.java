package io.zokor.net;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

import org.jspecify.annotations.Nullable;

/**
 * The terms of a TLS handshake: keys and trust, versions, cipher suites, client certificates. Immutable; one serves any number
 * of connections.
 *
 * @param context keys and trust
 * @param protocols the versions to enable by their JSSE names, or {@code null} for TLS 1.3 and 1.2
 * @param cipherSuites the cipher suites to enable by their JSSE names, the preferred first, or {@code null} for the JDK's
 * @param clientAuth whether clients are asked for certificates
 */
public record TlsContext(SSLContext context, @Nullable List<String> protocols, @Nullable List<String> cipherSuites,
        ClientAuth clientAuth) {

    private static final List<String> DEFAULT_PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    /** Whether clients are asked for certificates. */
    public enum ClientAuth {
        /** They are not. */
        NONE,
        /** They are, and may decline. */
        WANT,
        /** They are, and the handshake fails if they decline. */
        NEED
    }

    /**
     * Checks and copies the lists.
     *
     * @throws IllegalArgumentException if a list is empty, or names what the context does not support
     */
    public TlsContext {
        SSLParameters supported = context.getSupportedSSLParameters();
        protocols = checked(protocols, supported.getProtocols(), "protocol");
        cipherSuites = checked(cipherSuites, supported.getCipherSuites(), "cipher suite");
    }

    /**
     * The JDK's defaults, and no client certificates.
     *
     * @param context keys and trust
     * @return the terms
     */
    public static TlsContext of(SSLContext context) {
        return new TlsContext(context, null, null, ClientAuth.NONE);
    }

    /**
     * Makes an engine for one connection.
     *
     * @param applicationProtocols for ALPN (RFC 7301), the preferred first; empty for no ALPN
     * @return the engine, in server mode
     */
    SSLEngine newEngine(List<String> applicationProtocols) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols((protocols == null ? DEFAULT_PROTOCOLS : protocols).toArray(String[]::new));
        if (cipherSuites != null) {
            parameters.setCipherSuites(cipherSuites.toArray(String[]::new));
        }
        parameters.setApplicationProtocols(applicationProtocols.toArray(String[]::new));
        switch (clientAuth) {
            case NONE -> parameters.setNeedClientAuth(false);
            case WANT -> parameters.setWantClientAuth(true);
            case NEED -> parameters.setNeedClientAuth(true);
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    private static @Nullable List<String> checked(@Nullable List<String> names, String[] supported, String what) {
        if (names == null) {
            return null;
        }
        if (names.isEmpty()) {
            throw new IllegalArgumentException(
                    "TLS with no " + what + " enabled cannot work; leave the list out for the defaults");
        }
        Set<String> unknown = new HashSet<>(names);
        unknown.removeAll(Arrays.asList(supported));
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("no such TLS " + what + ": " + unknown + "; there are "
                    + String.join(", ", supported));
        }
        return List.copyOf(names);
    }
}
