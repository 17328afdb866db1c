package io.zokor.servlet.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;

import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerEndpointConfig;
import org.junit.jupiter.api.Test;

/** What a configurator does that overrides nothing: the API looks for it by a service file, also on Spring MVC's path. */
class DefaultConfiguratorTest {

    private final ServerEndpointConfig.Configurator configurator = new ServerEndpointConfig.Configurator();

    /** Has no constructor that a container could call. */
    static final class Closed {

        private Closed() {
        }
    }

    /** Fails when it is made. */
    public static final class Failing {

        /** Fails. */
        public Failing() {
            throw new IllegalStateException("no database");
        }
    }

    private record Named(String getName) implements Extension {

        @Override
        public String getName() {
            return getName;
        }

        @Override
        public List<Parameter> getParameters() {
            return List.of();
        }
    }

    @Test
    void theServiceFileNamesIt() {
        assertThat(configurator.getContainerDefaultConfigurator()).isInstanceOf(DefaultConfigurator.class);
    }

    @Test
    void theClientsOrderChoosesTheSubprotocol() {
        assertThat(configurator.getNegotiatedSubprotocol(List.of("b", "a"), List.of("a", "b"))).isEqualTo("a");
        assertThat(configurator.getNegotiatedSubprotocol(List.of("b"), List.of("a"))).isEmpty();
    }

    @Test
    void installedExtensionsAreTakenOnceInTheClientsOrder() {
        List<Extension> requested = List.of(new Named("z"), new Named("y"), new Named("x"), new Named("z"));
        assertThat(configurator.getNegotiatedExtensions(List.of(new Named("x"), new Named("z")), requested))
                .containsExactly(new Named("z"), new Named("x"));
    }

    @Test
    void anEndpointIsMadeByItsConstructor() throws InstantiationException {
        assertThat(configurator.getEndpointInstance(DefaultConfigurator.class)).isNotNull();
    }

    @Test
    void anEndpointThatCannotBeMadeIsNamedWithTheReason() {
        assertThatExceptionOfType(InstantiationException.class)
                .isThrownBy(() -> configurator.getEndpointInstance(Closed.class)).withMessageContaining("Closed");
        assertThatExceptionOfType(InstantiationException.class)
                .isThrownBy(() -> configurator.getEndpointInstance(Failing.class)).withMessageContaining("no database")
                .withCauseInstanceOf(IllegalStateException.class);
    }
}
