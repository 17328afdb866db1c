package io.zokor.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.zokor.http.Handler;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.GracefulShutdownResult;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.boot.web.server.Shutdown;
import org.springframework.boot.web.server.WebServerException;

/** The life of a server as Spring Boot leads it. */
@ExtendWith(OutputCaptureExtension.class)
class ZokorWebServerTests {

    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch inHandler = new CountDownLatch(1);
    private final HandlerWebServerFactory factory = new HandlerWebServerFactory(handler());
    /** Of servers that other tests have left running, such as those in Spring's cache of contexts. */
    private final Set<Thread> others = keepingAlive();
    private ZokorWebServer server;

    private Handler handler() {
        return (request, response) -> {
            if (request.path().equals("/wait")) {
                inHandler.countDown();
                if (!release.await(30, TimeUnit.SECONDS)) {
                    throw new IOException("nobody released the handler");
                }
            }
            response.write("hello");
        };
    }

    private ZokorWebServer create() {
        server = factory.create();
        return server;
    }

    @AfterEach
    void end() {
        release.countDown();
        if (server != null) {
            server.stop();
            server.destroy();
        }
    }

    private boolean keptAlive() {
        return !others.containsAll(keepingAlive());
    }

    private static Set<Thread> keepingAlive() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("zokor-main-keep-alive") && !thread.isDaemon())
                .collect(Collectors.toSet());
    }

    private static String get(int port) {
        try (RawClient client = RawClient.connect(port)) {
            return client.get("/").text();
        }
    }

    @Test
    void nothingListensBeforeTheStart() {
        create();
        assertThat(server.getPort()).isEqualTo(-1);
        assertThat(factory.events).containsExactly("initialize");
    }

    @Test
    void startListensAndLogsOnceAndASecondOneDoesNothing(CapturedOutput output) {
        create().start();
        int port = server.getPort();
        server.start();
        assertThat(get(port)).isEqualTo("hello");
        assertThat(server.getPort()).isEqualTo(port);
        assertThat(output).containsOnlyOnce("Zokor initialized with port 0 (http)");
        assertThat(output).containsOnlyOnce("Zokor started on port " + port + " (http) with context path '/'");
    }

    @Test
    void startsAgainAfterAStop() {
        create().start();
        server.stop();
        assertThat(server.getPort()).isEqualTo(-1);
        server.stop();
        server.start();
        assertThat(get(server.getPort())).isEqualTo("hello");
        assertThat(factory.events).doesNotContain("destroy");
    }

    @Test
    void theSamePortIsFreeRightAfterAStop() {
        againWhereAPortWasTaken(() -> {
            factory.setPort(0);
            create().start();
            int port = server.getPort();
            get(port);
            server.stop();
            server.destroy();
            factory.setPort(port);
            create().start();
            assertThat(get(port)).isEqualTo("hello");
        });
    }

    /** Another process may take a port between a stop and a start, though hardly five times. */
    private static void againWhereAPortWasTaken(Runnable test) {
        for (int i = 1; i < 5; i++) {
            try {
                test.run();
                return;
            } catch (PortInUseException e) {
                continue;
            }
        }
        test.run();
    }

    @Test
    void theJvmIsKeptAliveFromTheBeginningToTheEnd() {
        create();
        assertThat(keptAlive()).isTrue();
        server.start();
        server.stop();
        assertThat(keptAlive()).isTrue();
        server.destroy();
        Await.until("the thread ends", () -> !keptAlive());
        assertThat(factory.events).containsExactly("initialize", "start", "destroy");
        server.destroy();
        assertThat(factory.events).containsOnlyOnce("destroy");
    }

    @Test
    void minusOneMeansNoPort() {
        factory.setPort(-1);
        create().start();
        assertThat(server.getPort()).isEqualTo(-1);
        assertThat(factory.events).containsExactly("initialize");
    }

    @Test
    void aPortInUseIsSaidSoAndLeavesNothing() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            factory.setAddress(InetAddress.getLoopbackAddress());
            factory.setPort(taken.getLocalPort());
            create();
            assertThatExceptionOfType(PortInUseException.class).isThrownBy(server::start)
                    .satisfies(e -> assertThat(e.getPort()).isEqualTo(taken.getLocalPort()));
        }
        assertThat(factory.events).containsExactly("initialize");
        Await.until("the thread ends", () -> !keptAlive());
    }

    @Test
    void itMayStartLaterWhenThePortWasInUse() {
        againWhereAPortWasTaken(() -> {
            end();
            try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                factory.setAddress(InetAddress.getLoopbackAddress());
                factory.setPort(taken.getLocalPort());
                create();
                assertThatExceptionOfType(PortInUseException.class).isThrownBy(server::start);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            server.start();
        });
        assertThat(get(server.getPort())).isEqualTo("hello");
        assertThat(keptAlive()).isTrue();
    }

    @Test
    void aSocketFileInUseIsNoPortInUse(@TempDir Path directory) {
        Path path = directory.resolve("in use.sock");
        ListenerSettings socket = new ListenerSettings(null, null, path, null, false, false);
        HandlerWebServerFactory first = new HandlerWebServerFactory(handler());
        first.addListeners(socket);
        ZokorWebServer other = first.create();
        try {
            other.start();
            factory.addListeners(socket);
            create();
            assertThatExceptionOfType(ListenFailedException.class).isThrownBy(server::start)
                    .withMessageContaining(path.toString()).satisfies(e -> assertThat(
                            new StartFailureAnalyzer().analyze(e).getAction()).contains("unix-socket"));
            assertThat(server.getPort()).isEqualTo(-1);
        } finally {
            other.stop();
            other.destroy();
        }
    }

    @Test
    void aPortThatNeedsPermissionIsExplained() {
        ListenFailedException failure = new ListenFailedException("*:80", new SocketException("Permission denied"));
        FailureAnalysis analysis = new StartFailureAnalyzer().analyze(failure);
        assertThat(analysis.getDescription()).isEqualTo("Zokor cannot listen on *:80: Permission denied");
        assertThat(analysis.getAction()).contains("server.port", "CAP_NET_BIND_SERVICE");
    }

    @Test
    void anAddressThatIsNotOfThisMachineIsNotAPortInUse() throws IOException {
        factory.setAddress(InetAddress.getByName("192.0.2.1"));
        factory.setPort(8123);
        create();
        assertThatExceptionOfType(ListenFailedException.class).isThrownBy(server::start)
                .withMessageContaining("192.0.2.1:8123").withCauseInstanceOf(BindException.class)
                .satisfies(e -> assertThat(new StartFailureAnalyzer().analyze(e).getAction())
                        .contains("server.address"));
    }

    @Test
    void aFailingStartOfTheApplicationClosesThePort() {
        factory.startFailure = new IllegalStateException("servlet says no");
        create();
        assertThatExceptionOfType(WebServerException.class).isThrownBy(server::start)
                .withCause(factory.startFailure);
        assertThat(server.getPort()).isEqualTo(-1);
        Await.until("the thread ends", () -> !keptAlive());
    }

    @Test
    void aFailingApplicationFailsTheFactoryAndLeavesNothing() {
        factory.initializeFailure = new IllegalStateException("initializer says no");
        assertThatExceptionOfType(WebServerException.class).isThrownBy(this::create)
                .withCause(factory.initializeFailure);
        assertThat(factory.events).containsExactly("initialize", "destroy");
        assertThat(keptAlive()).isFalse();
    }

    @Test
    void immediateShutdownCallsBackAtOnce() throws InterruptedException {
        create().start();
        assertThat(shutDown().poll()).isEqualTo(GracefulShutdownResult.IMMEDIATE);
    }

    private BlockingQueue<GracefulShutdownResult> shutDown() {
        BlockingQueue<GracefulShutdownResult> results = new ArrayBlockingQueue<>(2);
        server.shutDownGracefully(results::add);
        return results;
    }

    @Test
    void gracefulShutdownOfAnIdleServer() throws InterruptedException {
        factory.setShutdown(Shutdown.GRACEFUL);
        create().start();
        assertThat(shutDown().poll(30, TimeUnit.SECONDS)).isEqualTo(GracefulShutdownResult.IDLE);
        server.stop();
        server.start();
        assertThat(get(server.getPort())).isEqualTo("hello");
    }

    @Test
    void gracefulShutdownOfAServerThatNeverStarted() throws InterruptedException {
        factory.setShutdown(Shutdown.GRACEFUL);
        create();
        assertThat(shutDown().poll(30, TimeUnit.SECONDS)).isEqualTo(GracefulShutdownResult.IDLE);
    }

    @Test
    void gracefulShutdownLetsARequestEnd() throws InterruptedException {
        factory.setShutdown(Shutdown.GRACEFUL);
        create().start();
        int port = server.getPort();
        try (RawClient client = RawClient.connect(port)) {
            client.sendHead("GET /wait HTTP/1.1", "Host: a");
            assertThat(inHandler.await(30, TimeUnit.SECONDS)).isTrue();
            BlockingQueue<GracefulShutdownResult> results = shutDown();
            Await.until("no new connections", () -> refuses(port));
            assertThat(results).isEmpty();
            release.countDown();
            assertThat(client.readResponse().header("Connection")).contains("close");
            assertThat(results.poll(30, TimeUnit.SECONDS)).isEqualTo(GracefulShutdownResult.IDLE);
        }
    }

    @Test
    void onceAGracefulShutdownHasBegunNobodyConnectsAndEveryAnswerIsTheLast() throws InterruptedException {
        factory.setShutdown(Shutdown.GRACEFUL);
        create().start();
        int port = server.getPort();
        try (RawClient client = RawClient.connect(port)) {
            client.sendHead("GET /wait HTTP/1.1", "Host: a");
            assertThat(inHandler.await(30, TimeUnit.SECONDS)).isTrue();
            shutDown();
            assertThat(refuses(port)).isTrue();
            release.countDown();
            assertThat(client.readResponse().header("Connection")).contains("close");
        }
    }

    @Test
    void stopEndsAGracefulShutdownWithoutWaiting() throws InterruptedException {
        factory.setShutdown(Shutdown.GRACEFUL);
        create().start();
        try (RawClient client = RawClient.connect(server.getPort())) {
            client.sendHead("GET /wait HTTP/1.1", "Host: a");
            assertThat(inHandler.await(30, TimeUnit.SECONDS)).isTrue();
            BlockingQueue<GracefulShutdownResult> results = shutDown();
            server.stop();
            assertThat(results.poll(30, TimeUnit.SECONDS)).isEqualTo(GracefulShutdownResult.REQUESTS_ACTIVE);
            assertThat(factory.events).doesNotContain("destroy");
        }
    }

    @Test
    void whileItDrainsTheServerAnswersAndClosesConnections() throws InterruptedException {
        factory.setShutdown(Shutdown.GRACEFUL);
        factory.setDrainDelay(Duration.ofMinutes(1));
        create().start();
        int port = server.getPort();
        BlockingQueue<GracefulShutdownResult> results = shutDown();
        try (RawClient client = RawClient.connect(port)) {
            assertThat(client.get("/").header("Connection")).contains("close");
            client.expectClosed();
        }
        assertThat(results).isEmpty();
        server.stop();
        assertThat(results.poll(30, TimeUnit.SECONDS)).isNotNull();
    }

    private static boolean refuses(int port) {
        try (RawClient client = RawClient.connect(port)) {
            return false;
        } catch (RuntimeException | AssertionError e) {
            return true;
        }
    }

    @Test
    void aManagementServerRunsOnPlatformThreadsOfItsOwnName() {
        factory.setName("management");
        factory.setPlatformThreads(true);
        factory.addServerCustomizers(builder -> builder.handler((request, response) -> response
                .write(Thread.currentThread().isVirtual() + " " + Thread.currentThread().getName())));
        create().start();
        assertThat(get(server.getPort())).startsWith("false zokor-management-");
        assertThat(server.name()).isEqualTo("management");
    }

    @Test
    void customizersComeLast() {
        factory.addServerCustomizers(
                builder -> builder.handler((request, response) -> response.write("customized")));
        create().start();
        assertThat(get(server.getPort())).isEqualTo("customized");
    }

    @Test
    void aCustomizerThatIsAddedTwiceIsCalledOnce() {
        List<String> calls = new ArrayList<>();
        ZokorServerCustomizer customizer = builder -> calls.add("customized");
        factory.addServerCustomizers(customizer);
        factory.addServerCustomizers(customizer);
        create();
        assertThat(calls).hasSize(1);
        assertThat(factory.getServerCustomizers()).containsExactly(customizer);
    }

    @Test
    void customizersAreReplacedAndKeepTheirOrder() {
        List<String> calls = new ArrayList<>();
        factory.addServerCustomizers(builder -> calls.add("replaced"));
        factory.setServerCustomizers(List.of(builder -> calls.add("first"), builder -> calls.add("second")));
        factory.addServerCustomizers(builder -> calls.add("third"));
        create();
        assertThat(calls).containsExactly("first", "second", "third");
    }

    @Test
    @SuppressWarnings("NullAway")
    void nullIsRefusedWhereItIsSet() {
        assertThatIllegalArgumentException().isThrownBy(() -> factory.setServerCustomizers(null))
                .withMessageContaining("'customizers' must not be null");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> factory.addServerCustomizers((ZokorServerCustomizer[]) null))
                .withMessageContaining("'customizers' must not be null");
        assertThatIllegalArgumentException().isThrownBy(() -> factory.addListeners((ListenerSettings[]) null))
                .withMessageContaining("'listeners' must not be null");
    }

    @Test
    void theLineOfTheStartCanBeAskedFor() {
        factory.addListeners(ListenerSettings.port(0));
        create();
        assertThat(server.startedLogMessage()).isNull();
        server.start();
        assertThat(server.startedLogMessage()).matches("Zokor started on ports " + server.getPort()
                + " \\(http\\), \\d+ \\(http\\) with context path '/'");
    }
}
