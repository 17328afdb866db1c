package io.zokor.servlet.websocket;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerEndpointConfig;

/**
 * An endpoint's configuration with user properties of one session's own (the specification's section 3.1.2: a copy for each
 * connection, beginning with the handshake). Any thread.
 */
final class SessionConfig implements ServerEndpointConfig {

    private final ServerEndpointConfig shared;

    private final Map<String, Object> userProperties;

    SessionConfig(ServerEndpointConfig shared) {
        this.shared = shared;
        this.userProperties = copy(shared.getUserProperties());
    }

    /** Returns a copy for several threads. It takes nulls: applications put an HTTP session there that need not exist. */
    static Map<String, Object> copy(Map<String, Object> properties) {
        synchronized (properties) {
            return Collections.synchronizedMap(new HashMap<>(properties));
        }
    }

    @Override
    public Map<String, Object> getUserProperties() {
        return userProperties;
    }

    @Override
    public List<Class<? extends Encoder>> getEncoders() {
        return shared.getEncoders();
    }

    @Override
    public List<Class<? extends Decoder>> getDecoders() {
        return shared.getDecoders();
    }

    @Override
    public Class<?> getEndpointClass() {
        return shared.getEndpointClass();
    }

    @Override
    public String getPath() {
        return shared.getPath();
    }

    @Override
    public List<String> getSubprotocols() {
        return shared.getSubprotocols();
    }

    @Override
    public List<Extension> getExtensions() {
        return shared.getExtensions();
    }

    @Override
    public Configurator getConfigurator() {
        return shared.getConfigurator();
    }
}
