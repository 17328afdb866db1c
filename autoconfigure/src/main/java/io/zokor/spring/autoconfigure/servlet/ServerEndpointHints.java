package io.zokor.spring.autoconfigure.servlet;

import java.util.ArrayList;
import java.util.List;

import io.zokor.servlet.websocket.ZokorServerContainer;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.util.ClassUtils;

import jakarta.websocket.server.ServerEndpoint;

/**
 * What a native image must know of WebSocket endpoints, whose methods are found by their annotations, and whose coders and configurators
 * are named in one: Jakarta WebSocket 2.2, sections 4.1 to 4.8. Stateless.
 */
final class ServerEndpointHints implements BeanRegistrationAotProcessor, RuntimeHintsRegistrar {

    private static final String CONFIGURATOR_SERVICE = "META-INF/services/jakarta.websocket.server.ServerEndpointConfig$Configurator";

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        hints.resources().registerPattern(CONFIGURATOR_SERVICE);
        hints.reflection().registerType(
                TypeReference.of(ClassUtils.getPackageName(ZokorServerContainer.class) + ".DefaultConfigurator"),
                MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS);
    }

    @Override
    public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean registeredBean) {
        Class<?> type = ClassUtils.getUserClass(registeredBean.getBeanClass());
        ServerEndpoint endpoint = type.getAnnotation(ServerEndpoint.class);
        if (endpoint == null) {
            return null;
        }
        return (generation, code) -> register(generation.getRuntimeHints().reflection(), type, endpoint);
    }

    private static void register(ReflectionHints hints, Class<?> type, ServerEndpoint endpoint) {
        for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
            hints.registerType(each, MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS, MemberCategory.INVOKE_DECLARED_METHODS);
        }
        List<Class<?>> made = new ArrayList<>(List.of(endpoint.encoders()));
        made.addAll(List.of(endpoint.decoders()));
        made.add(endpoint.configurator());
        made.forEach(each -> hints.registerType(each, MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS));
    }
}
