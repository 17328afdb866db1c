package io.zokor.servlet.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Map;

import jakarta.websocket.DeploymentException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Jakarta WebSocket 2.2, section "Path Mapping": which paths are valid, which endpoint a request reaches. */
class EndpointPathsTest {

    @ParameterizedTest
    @ValueSource(strings = { "", "chat", "/a//b", "/a/./b", "/a/../b", "/..", "/{a", "/a}", "/{}", "/x{a}", "/{a}x",
        "/{a}{b}",
        "/{a}/{a}", "//" })
    void pathsThatAreNotValidAreRefused(String path) {
        assertThatExceptionOfType(DeploymentException.class).isThrownBy(() -> EndpointPath.of(path))
                .withMessageContaining("is not valid");
    }

    @Test
    void anEndpointWithoutAPathIsRefused() {
        assertThatExceptionOfType(DeploymentException.class).isThrownBy(() -> EndpointPath.of(null));
    }

    @ParameterizedTest
    @CsvSource({ "/, /, true", "/chat, /chat, true", "/chat, /chat/, false", "/chat/, /chat/, true",
        "/chat/, /chat, true", "/chat/, /chat//, false",
        "/{a}/, /x/, true", "/{a}/, //, false",
        "/chat, /Chat, false",
        "/{a}, /x, true", "/{a}, /, false", "/{a}, /x/y, false", "/chat/{a}, /chat/x y, true",
        "/chat/{a}, /chat/, false", "/chat/{a}, chat/x, false" })
    void aPathMatchesSegmentBySegment(String template, String path, boolean matches) throws DeploymentException {
        assertThat(EndpointPath.of(template).match(path) != null).isEqualTo(matches);
    }

    @Test
    void variablesHaveTheirSegments() throws DeploymentException {
        assertThat(EndpointPath.of("/{room}/of/{user}").match("/r 1/of/Ömer"))
                .isEqualTo(Map.of("room", "r 1", "user", "Ömer"));
    }

    @ParameterizedTest
    @CsvSource({ "/a/b, exact", "/a/x, a-any", "/x/b, any-b", "/x/y, any-any", "/a/b/c, none" })
    void fromLeftToRightALiteralSegmentWins(String path, String endpoint) throws DeploymentException {
        EndpointPaths<String> paths = new EndpointPaths<>();
        paths.add(EndpointPath.of("/{p}/{q}"), "any-any");
        paths.add(EndpointPath.of("/{p}/b"), "any-b");
        paths.add(EndpointPath.of("/a/{q}"), "a-any");
        paths.add(EndpointPath.of("/a/b"), "exact");
        EndpointPaths.Match<String> match = paths.find(path);
        assertThat(match == null ? "none" : match.endpoint()).isEqualTo(endpoint);
    }

    @ParameterizedTest
    @CsvSource({ "/a, /a", "/a/{x}, /a/{y}", "/a, /a/" })
    void twoEndpointsForTheSameRequestsAreRefused(String first, String second) throws DeploymentException {
        EndpointPaths<String> paths = new EndpointPaths<>();
        assertThat(paths.isEmpty()).isTrue();
        paths.add(EndpointPath.of(first), "one");
        assertThatExceptionOfType(DeploymentException.class)
                .isThrownBy(() -> paths.add(EndpointPath.of(second), "two"))
                .withMessageContaining("one at " + first).withMessageContaining("two at " + second);
        assertThat(paths.isEmpty()).isFalse();
    }
}
