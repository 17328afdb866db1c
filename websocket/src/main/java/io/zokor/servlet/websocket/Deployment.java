package io.zokor.servlet.websocket;

import jakarta.websocket.Decoder;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Encoder;
import jakarta.websocket.Endpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint's configuration, looked at. Immutable.
 *
 * @param methods the methods of an annotated endpoint, null for a subclass of {@link Endpoint}
 */
record Deployment(ServerEndpointConfig config, @Nullable AnnotatedEndpoint methods, CoderTypes<Decoder> decoders,
        CoderTypes<Encoder> encoders) {

    /** @throws DeploymentException if it cannot be deployed; the message says why */
    static Deployment of(ServerEndpointConfig config) throws DeploymentException {
        CoderTypes<Decoder> decoders = CoderTypes.ofDecoders(config.getDecoders());
        CoderTypes<Encoder> encoders = CoderTypes.ofEncoders(config.getEncoders());
        Class<?> type = config.getEndpointClass();
        AnnotatedEndpoint methods = Endpoint.class.isAssignableFrom(type)
                ? null
                : AnnotatedEndpoint.of(type, decoders, encoders);
        return new Deployment(config, methods, decoders, encoders);
    }

    @Override
    public String toString() {
        return config.getEndpointClass().getName();
    }
}
