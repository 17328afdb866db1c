package io.zokor.servlet.websocket;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;

import jakarta.websocket.Extension;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;

/**
 * What a configurator does unless an application overrides it; the API finds this class by its service file. Stateless.
 */
public final class DefaultConfigurator extends ServerEndpointConfig.Configurator {

    /** For the service loader. */
    public DefaultConfigurator() {
        // stateless
    }

    /**
     * {@inheritDoc}
     *
     * @return the first that the client asks for and the server supports, and {@code ""} if there is none
     */
    @Override
    public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
        for (String subprotocol : requested) {
            if (supported.contains(subprotocol)) {
                return subprotocol;
            }
        }
        return "";
    }

    /**
     * {@inheritDoc}
     *
     * @return those that the client asked for and that are installed, in the client's order, each name once
     */
    @Override
    public List<Extension> getNegotiatedExtensions(List<Extension> installed, List<Extension> requested) {
        List<Extension> negotiated = new ArrayList<>();
        for (Extension extension : requested) {
            if (hasName(installed, extension.getName()) && !hasName(negotiated, extension.getName())) {
                negotiated.add(extension);
            }
        }
        return negotiated;
    }

    private static boolean hasName(List<Extension> extensions, String name) {
        return extensions.stream().anyMatch(extension -> extension.getName().equals(name));
    }

    /**
     * {@inheritDoc}
     *
     * @return true: the container compares origins itself where nobody has overridden this method
     */
    @Override
    public boolean checkOrigin(String originHeaderValue) {
        return true;
    }

    @Override
    public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
        // nothing to add
    }

    /**
     * {@inheritDoc}
     *
     * @throws InstantiationException if the class has no accessible constructor without parameters, or it throws
     */
    @Override
    public <T> T getEndpointInstance(Class<T> endpointClass) throws InstantiationException {
        try {
            return endpointClass.getConstructor().newInstance();
        } catch (InvocationTargetException thrown) {
            throw failed(endpointClass, thrown.getCause() == null ? thrown : thrown.getCause());
        } catch (ReflectiveOperationException failure) {
            throw failed(endpointClass, failure);
        }
    }

    private static InstantiationException failed(Class<?> endpointClass, Throwable cause) {
        InstantiationException failure = new InstantiationException("The endpoint " + endpointClass.getName()
                + " cannot be made by its public constructor without parameters: " + cause);
        failure.initCause(cause);
        return failure;
    }
}
