package io.zokor.servlet;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

import io.zokor.testing.RawResponse;

/** Runs the checks of a test inside a servlet, reached through a socket, and brings their failure out. */
final class Inside {

    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** Asks one servlet for all paths. */
    static RawResponse get(Web.Action checks, String... fields) throws Exception {
        return send("GET", "/", checks, fields);
    }

    static RawResponse send(String method, String target, Web.Action checks, String... fields) throws Exception {
        return send(UnaryOperator.identity(), app -> {
        }, method, target, checks, fields);
    }

    /** Sends one request to an application whose servlet for all other paths runs the checks. */
    static RawResponse send(UnaryOperator<ServletContainerBuilder> settings, Web.Setup setup, String method,
            String target, Web.Action checks, String... fields) throws Exception {
        Inside inside = new Inside();
        try (Web web = Web.start(settings, app -> {
            setup.configure(app);
            app.servlet("/*", inside.run(checks));
        })) {
            RawResponse response = web.send(method, target, fields);
            inside.rethrow();
            return response;
        }
    }

    static RawResponse post(Web.Setup setup, String target, String type, String body, Web.Action checks)
            throws Exception {
        Inside inside = new Inside();
        try (Web web = Web.start(app -> {
            setup.configure(app);
            app.servlet("/*", inside.run(checks));
        })) {
            RawResponse response = web.post(target, type, body);
            inside.rethrow();
            return response;
        }
    }

    Web.Action run(Web.Action checks) {
        return (request, response) -> {
            try {
                checks.run(request, response);
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
                throw e;
            }
        };
    }

    void rethrow() {
        Throwable thrown = failure.get();
        if (thrown != null) {
            throw new AssertionError("a check inside the servlet failed: " + thrown.getMessage(), thrown);
        }
    }
}
