package io.zokor.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.ServiceLoader;

import io.zokor.spring.actuate.ZokorEndpoint;
import io.zokor.spring.autoconfigure.ZokorProperties;
import io.zokor.spring.boot.LimitBounds;

import org.junit.jupiter.api.Test;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedFiles.Kind;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.beans.factory.aot.AotServices;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.javapoet.ClassName;

import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;

/** Processing ahead of time, with a management server of its own: nothing is started, everything is found. */
class AotTests {

    private static DefaultGenerationContext process(Class<?> application, String... properties) {
        DefaultGenerationContext generation = new DefaultGenerationContext(
                new ClassNameGenerator(ClassName.get("io.zokor.spring", "Aot")), new InMemoryGeneratedFiles());
        try (AnnotationConfigServletWebServerApplicationContext context = new AnnotationConfigServletWebServerApplicationContext()) {
            TestPropertyValues.of("server.port=0").and(properties).applyTo(context);
            context.register(application);
            new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
            generation.writeGeneratedContent();
            assertThat(context.getWebServer()).isNull();
        }
        return generation;
    }

    @Test
    void anApplicationIsProcessed() {
        DefaultGenerationContext generation = process(Application.class, "management.server.port=0");
        InMemoryGeneratedFiles files = (InMemoryGeneratedFiles) generation.getGeneratedFiles();
        assertThat(files.getGeneratedFiles(Kind.SOURCE).keySet())
                .anyMatch(name -> name.contains("ZokorServletWebServerAutoConfiguration"))
                .anyMatch(name -> name.contains("ZokorServletManagementContextAutoConfiguration"))
                .anyMatch(name -> name.contains("ZokorMetricsAutoConfiguration"))
                .anyMatch(name -> name.contains("Management") && name.contains("ZokorWebServerConfiguration"));
        for (Class<?> bound : new Class<?>[] { ZokorProperties.class, ZokorProperties.Timeouts.class,
            ZokorProperties.Limits.class, ZokorProperties.Listener.class }) {
            assertThat(RuntimeHintsPredicates.reflection().onType(bound)
                    .withMemberCategory(MemberCategory.INVOKE_DECLARED_CONSTRUCTORS)
                    .or(hints -> RuntimeHintsPredicates.reflection()
                            .onConstructorInvocation(bound.getDeclaredConstructors()[0]).test(hints)))
                    .as(bound.getName()).accepts(generation.getRuntimeHints());
        }
    }

    /** An endpoint's methods are found by their annotations, also in its superclass; the annotation names what else is made. */
    @Test
    void webSocketEndpointsAreReachable() {
        RuntimeHints hints = process(Endpoints.class).getRuntimeHints();
        assertThat(RuntimeHintsPredicates.reflection().onType(Talk.class)
                .withMemberCategories(MemberCategory.INVOKE_DECLARED_METHODS,
                        MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS))
                .accepts(hints);
        assertThat(RuntimeHintsPredicates.reflection().onType(Base.class)
                .withMemberCategory(MemberCategory.INVOKE_DECLARED_METHODS)).accepts(hints);
        for (Class<?> made : List.of(NumberEncoder.class, NumberDecoder.class, Configurator.class)) {
            assertThat(RuntimeHintsPredicates.reflection().onType(made)
                    .withMemberCategory(MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS)).as(made.getName()).accepts(hints);
        }
    }

    /** What Jakarta WebSocket finds by a ServiceLoader; there is no other such file, which would need its hint too. */
    @Test
    void theServicesOfTheJarsAreReachable() {
        RuntimeHints hints = new RuntimeHints();
        for (RuntimeHintsRegistrar registrar : AotServices.factories().load(RuntimeHintsRegistrar.class)) {
            registrar.registerHints(hints, getClass().getClassLoader());
        }
        String service = ServerEndpointConfig.Configurator.class.getName();
        assertThat(RuntimeHintsPredicates.resource().forResource("META-INF/services/" + service)).accepts(hints);
        List<Class<?>> providers = ServiceLoader.load(ServerEndpointConfig.Configurator.class).stream()
                .<Class<?>>map(ServiceLoader.Provider::type).filter(type -> type.getName().startsWith("io.zokor."))
                .toList();
        assertThat(providers).hasSize(1).allSatisfy(type -> assertThat(RuntimeHintsPredicates.reflection().onType(type)
                .withMemberCategory(MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS)).accepts(hints));
    }

    /** Actuator registers what its operations return, down to the leaves, to be written as JSON. */
    @Test
    void theLiveViewIsReachable() {
        RuntimeHints hints = process(Application.class, "management.endpoints.web.exposure.include=zokor")
                .getRuntimeHints();
        for (Class<?> written : List.of(ZokorEndpoint.Overview.class, ZokorEndpoint.ServerView.class,
                ZokorEndpoint.Use.class,
                ZokorEndpoint.ConnectionView.class, ZokorEndpoint.RequestView.class, ZokorEndpoint.WebSocketView.class,
                LimitBounds.class)) {
            assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(written,
                    written.getRecordComponents()[0].getName()))
                    .as(written.getName()).accepts(hints);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Endpoints {

        @Bean
        Talk talk() {
            return new Talk();
        }
    }

    /** What endpoints have in common. */
    public static class Base {

        @OnOpen
        public void open(Session session) {
            session.setMaxIdleTimeout(1000);
        }
    }

    /** An endpoint with everything that its annotation can name. */
    @ServerEndpoint(value = "/talk", encoders = NumberEncoder.class, decoders = NumberDecoder.class, configurator = Configurator.class)
    public static class Talk extends Base {

        @OnMessage
        public Integer twice(Integer number) {
            return number * 2;
        }
    }

    /** Writes a number. */
    public static class NumberEncoder implements Encoder.Text<Integer> {

        @Override
        public String encode(Integer number) {
            return number.toString();
        }
    }

    /** Reads a number. */
    public static class NumberDecoder implements Decoder.Text<Integer> {

        @Override
        public Integer decode(String text) {
            return Integer.valueOf(text);
        }

        @Override
        public boolean willDecode(String text) {
            return true;
        }
    }

    /** Changes nothing. */
    public static class Configurator extends ServerEndpointConfig.Configurator {
    }
}
