package io.zokor.servlet.websocket;

import java.util.ArrayList;
import java.util.List;

import jakarta.websocket.Extension;

/**
 * An extension with its parameters (RFC 6455 section 9.1). Immutable.
 *
 * @param name its name
 * @param parameters its parameters, in the order of the field
 */
record NegotiatedExtension(String name, List<Extension.Parameter> parameters) implements Extension {

    /** Returns an extension's text, as {@code permessage-deflate; server_no_context_takeover}, taken apart. */
    static Extension of(String text) {
        String[] parts = text.split(";", -1);
        List<Extension.Parameter> parameters = new ArrayList<>();
        for (int i = 1; i < parts.length; i++) {
            String part = parts[i].strip();
            int equals = part.indexOf('=');
            parameters.add(equals < 0
                    ? new Pair(part, "")
                    : new Pair(part.substring(0, equals).strip(), part.substring(equals + 1).strip()));
        }
        return new NegotiatedExtension(parts[0].strip(), List.copyOf(parameters));
    }

    /** @param value empty where there is none */
    private record Pair(String name, String value) implements Extension.Parameter {

        @Override
        public String getName() {
            return name;
        }

        @Override
        public String getValue() {
            return value;
        }
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public List<Extension.Parameter> getParameters() {
        return parameters;
    }
}
