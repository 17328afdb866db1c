package io.zokor.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.zokor.http.Handlers;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

class TestServerExtensionTest {

    private static final List<TestServer> SEEN = new CopyOnWriteArrayList<>();

    @Test
    void aStaticFieldIsOneServerForTheClassAndWhatIsNestedInIt() {
        assertThat(run(Shared.class)).isEqualTo(3);
        assertThat(SEEN).hasSize(3);
        assertThat(SEEN.stream().distinct()).hasSize(1);
        assertThat(SEEN.getFirst().server().openConnections()).isZero();
        assertThatIllegalStateException().isThrownBy(Shared.SERVER::server);
    }

    @Test
    void anInstanceFieldIsAServerForEachTest() {
        assertThat(run(Single.class)).isEqualTo(2);
        assertThat(SEEN.stream().distinct()).hasSize(2);
        assertThat(SEEN.getLast().events().accepted()).hasSize(1);
    }

    private static long run(Class<?> tests) {
        SEEN.clear();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request().selectors(selectClass(tests))
                .configurationParameter("junit.jupiter.conditions.deactivate", "*").build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, listener);
        assertThat(listener.getSummary().getFailures()).isEmpty();
        return listener.getSummary().getTestsSucceededCount();
    }

    /** Run by the test above, not by the build. */
    static class Shared {

        @RegisterExtension
        static final TestServerExtension SERVER = TestServerExtension.serving(Handlers.text(200, "shared"));

        @Test
        void first(RawClient client) {
            assertThat(client.get("/").text()).isEqualTo("shared");
            SEEN.add(SERVER.server());
        }

        @Test
        void second(TestServer server) {
            SEEN.add(server);
        }

        @Nested
        class Inner {

            @Test
            void third(TestServer server, RawClient client) {
                assertThat(client.get("/").status()).isEqualTo(200);
                SEEN.add(server);
            }
        }
    }

    /** Run by the test above, not by the build. */
    static class Single {

        @RegisterExtension
        final TestServerExtension server = TestServerExtension
                .of(TestServer.builder(Handlers.text(200, "single")).tls());

        @Test
        void first(RawClient client, TestServer running) {
            assertThat(client.get("/").text()).isEqualTo("single");
            SEEN.add(running);
        }

        @Test
        void second(RawClient client) {
            assertThat(client.get("/").text()).isEqualTo("single");
            SEEN.add(server.server());
        }
    }
}
