package io.zokor.net;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Chooses the terms of a handshake by the name that the client asks for. Called by the threads of connections, once for each
 * handshake.
 */
@FunctionalInterface
public interface TlsContexts {

    /**
     * Chooses.
     *
     * @param serverName the name the client asked for (SNI, RFC 6066 section 3) in lower case and without a dot at its end, or
     *        {@code null} if it asked for none
     * @return the terms
     */
    TlsContext forServerName(@Nullable String serverName);

    /**
     * The same terms for all names.
     *
     * @param context the terms
     * @return the choice
     */
    static TlsContexts of(TlsContext context) {
        return serverName -> context;
    }

    /**
     * Terms by name.
     *
     * @param otherwise the terms for every other name and for clients that ask for none
     * @param byName the terms by name; {@code *.example.com} stands for every name with one label before {@code .example.com}
     *        that is not itself there
     * @return the choice
     * @throws IllegalArgumentException if a name is empty, or has a {@code *} other than as its whole first label
     */
    static TlsContexts of(TlsContext otherwise, Map<String, TlsContext> byName) {
        return byName.isEmpty() ? of(otherwise) : new NamedTlsContexts(otherwise, byName);
    }
}
