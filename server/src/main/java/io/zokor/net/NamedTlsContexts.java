package io.zokor.net;

import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** Terms of a handshake by name, exact names before {@code *.} ones. Immutable. */
final class NamedTlsContexts implements TlsContexts {

    private final TlsContext otherwise;

    private final Map<String, TlsContext> byName;

    NamedTlsContexts(TlsContext otherwise, Map<String, TlsContext> byName) {
        this.otherwise = otherwise;
        Map<String, TlsContext> names = HashMap.newHashMap(byName.size());
        byName.forEach((name, context) -> {
            String key = ServerNames.normalize(name);
            if (key.isEmpty() || key.lastIndexOf('*') > 0 || key.charAt(0) == '*' && !key.startsWith("*.")) {
                throw new IllegalArgumentException("'" + name
                        + "' is not a server name; write for example www.example.com or *.example.com");
            }
            if (names.put(key, context) != null) {
                throw new IllegalArgumentException("the server name '" + key + "' is there twice");
            }
        });
        this.byName = Map.copyOf(names);
    }

    @Override
    public TlsContext forServerName(@Nullable String serverName) {
        if (serverName == null) {
            return otherwise;
        }
        TlsContext exact = byName.get(serverName);
        if (exact != null) {
            return exact;
        }
        int dot = serverName.indexOf('.');
        // One label, as in certificates (RFC 9525 section 6.3).
        TlsContext wild = dot > 0 ? byName.get("*" + serverName.substring(dot)) : null;
        return wild != null ? wild : otherwise;
    }
}
