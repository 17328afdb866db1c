package io.zokor.testing;

import io.zokor.http.Handler;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Starts a {@link TestServer} for tests of JUnit 5 and later: for each test as an instance field with
 * {@code @RegisterExtension}, for all tests of a class as a static one. Test methods may have it as a parameter of the type
 * {@link TestServer}, and a new connection to it as one of the type {@link RawClient}. As the server is closed after the test, a
 * test that leaves a connection open which the server does not end fails.
 *
 * <p>
 * Needs {@code junit-jupiter-api}, which this module does not bring along. Owned by the thread that runs the test; with tests
 * that run at the same time, the server may be used by all of them.
 */
public final class TestServerExtension
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback, ParameterResolver {

    private final TestServer.Builder builder;
    private volatile @Nullable TestServer server;

    /** The id of the test or the class whose end is the server's end. */
    private volatile @Nullable String owner;

    private TestServerExtension(TestServer.Builder builder) {
        this.builder = builder;
    }

    /**
     * One whose servers have default settings.
     *
     * @param handler what they serve
     * @return the extension
     */
    public static TestServerExtension serving(Handler handler) {
        return of(TestServer.builder(handler));
    }

    /**
     * One whose servers have other settings.
     *
     * @param builder starts them
     * @return the extension
     */
    public static TestServerExtension of(TestServer.Builder builder) {
        return new TestServerExtension(builder);
    }

    /**
     * The server of the test that runs.
     *
     * @return the server, started
     * @throws IllegalStateException if no test runs
     */
    public TestServer server() {
        TestServer running = server;
        if (running == null) {
            throw new IllegalStateException(
                    "the server runs only during a test: is the field annotated @RegisterExtension?");
        }
        return running;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        start(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        start(context);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        stop(context);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        stop(context);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == TestServer.class || type == RawClient.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestServer.class ? server() : server().client();
    }

    private void start(ExtensionContext context) {
        if (server == null) {
            server = builder.start();
            owner = context.getUniqueId();
        }
    }

    private void stop(ExtensionContext context) {
        TestServer running = server;
        if (running != null && context.getUniqueId().equals(owner)) {
            server = null;
            owner = null;
            running.close();
        }
    }
}
