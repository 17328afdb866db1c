package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;

/** Servlet 6.1 section 2.3.3.3: asynchronous processing in all its ways. */
class AsyncTest {

    /** Writes down what it is told. */
    private static final class Recorder implements AsyncListener {

        final List<String> events = Collections.synchronizedList(new ArrayList<>());

        final AtomicReference<Throwable> error = new AtomicReference<>();

        @Override
        public void onComplete(AsyncEvent event) {
            events.add("complete");
        }

        @Override
        public void onTimeout(AsyncEvent event) throws IOException {
            events.add("timeout");
        }

        @Override
        public void onError(AsyncEvent event) {
            events.add("error");
            error.set(event.getThrowable());
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            events.add("start");
            event.getAsyncContext().addListener(this);
        }

        void await(String... expected) {
            Await.until("events " + events, () -> events.equals(List.of(expected)));
        }
    }

    private static void later(Runnable task) {
        Thread.ofVirtual().start(task);
    }

    @Test
    void completeFromAnotherThread() throws Exception {
        Recorder recorder = new Recorder();
        try (Web web = Web.serving((q, r) -> {
            AsyncContext async = q.startAsync();
            async.addListener(recorder);
            later(() -> {
                try {
                    async.getResponse().getWriter().print("later");
                    async.complete();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
        })) {
            RawResponse response = web.get("/");
            assertThat(response.text()).isEqualTo("later");
            assertThat(response.header("Content-Length")).contains("5");
            recorder.await("complete");
        }
    }

    @Test
    void completeInTheDispatchTakesEffectAfterIt() throws Exception {
        List<Object> seen = Collections.synchronizedList(new ArrayList<>());
        try (Web web = Web.serving((q, r) -> {
            AsyncContext async = q.startAsync();
            async.complete();
            seen.add(q.isAsyncStarted());
            r.getWriter().print("written after complete");
        })) {
            assertThat(web.get("/").text()).isEqualTo("written after complete");
            assertThat(seen).containsExactly(true);
        }
    }

    @Test
    void startRunsOnAThreadWithTheApplicationsClassLoader() throws Exception {
        ClassLoader loader = new ClassLoader(AsyncTest.class.getClassLoader()) {
        };
        try (Web web = Web.start(b -> b.classLoader(loader), app -> app.servlet("/*", (q, r) -> {
            AsyncContext async = q.startAsync();
            async.start(() -> {
                try {
                    r.getWriter().print(Thread.currentThread().getContextClassLoader() == loader);
                    r.getWriter().print(Thread.currentThread().isVirtual());
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
                async.complete();
            });
        }))) {
            assertThat(web.get("/").text()).isEqualTo("truetrue");
        }
    }

    @Test
    void dispatchGoesToTheRequestsOwnUri() throws Exception {
        try (Web web = Web.start(app -> app.servlet("/a/*", (q, r) -> {
            if (q.getDispatcherType() == DispatcherType.ASYNC) {
                r.getWriter().print(q.getRequestURI() + " " + q.getPathInfo() + " " + q.getParameter("x") + " "
                        + q.getAttribute(AsyncContext.ASYNC_REQUEST_URI) + " " + q.isAsyncStarted());
            } else {
                q.startAsync().dispatch();
            }
        }))) {
            assertThat(web.get("/a/b%20c?x=1").text()).isEqualTo("/a/b%20c /b c 1 /a/b%20c false");
        }
    }

    @Test
    void dispatchAfterForwardDependsOnTheRequestThatStartedIt() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("a", "/a", (q, r) -> {
                if (q.getDispatcherType() == DispatcherType.ASYNC) {
                    r.getWriter().print("a");
                } else {
                    q.getRequestDispatcher("/b").forward(q, r);
                }
            });
            app.servlet("b", "/b", (q, r) -> {
                if (q.getDispatcherType() == DispatcherType.ASYNC) {
                    r.getWriter().print("b");
                } else if ("1".equals(q.getParameter("given"))) {
                    q.startAsync(q, r).dispatch();
                } else {
                    q.startAsync().dispatch();
                }
            });
        })) {
            assertThat(web.get("/a").text()).isEqualTo("a");
            assertThat(web.get("/a?given=1").text()).isEqualTo("b");
        }
    }

    @Test
    void dispatchToAPathSetsPathsAttributesAndParameters() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/from", (q, r) -> q.startAsync().dispatch("/to/x?b=2"));
            app.servlet("to", "/to/*", (q, r) -> r.getWriter()
                    .print(q.getDispatcherType() + " " + q.getServletPath() + q.getPathInfo() + " " + q.getQueryString()
                            + " " + q.getParameter("a") + q.getParameter("b") + " "
                            + q.getAttribute(AsyncContext.ASYNC_SERVLET_PATH) + " "
                            + q.getAttribute(AsyncContext.ASYNC_QUERY_STRING)));
        })) {
            assertThat(web.get("/from?a=1").text()).isEqualTo("ASYNC /to/x b=2 12 /from a=1");
        }
    }

    @Test
    void wrappersGivenAtTheStartAreThoseOfTheDispatch() throws Exception {
        try (Web web = Web.start(app -> app.servlet("/a", (q, r) -> {
            if (q.getDispatcherType() == DispatcherType.ASYNC) {
                r.getWriter().print(q.getHeader("X"));
            } else {
                HttpServletRequest wrapped = new HttpServletRequestWrapper(q) {
                    @Override
                    public String getHeader(String name) {
                        return "wrapped";
                    }
                };
                AsyncContext async = q.startAsync(wrapped, r);
                assertThat(async.hasOriginalRequestAndResponse()).isFalse();
                async.dispatch();
            }
        }))) {
            assertThat(web.get("/a").text()).isEqualTo("wrapped");
        }
    }

    @Test
    void aThousandCyclesInOneRequestNeedNoDeeperStack() throws Exception {
        AtomicInteger rounds = new AtomicInteger();
        Recorder recorder = new Recorder();
        try (Web web = Web.serving((q, r) -> {
            if (rounds.incrementAndGet() < 1000) {
                AsyncContext async = q.startAsync(q, r);
                if (rounds.get() == 1) {
                    async.addListener(recorder);
                }
                async.dispatch();
            } else {
                r.getWriter().print(rounds.get());
            }
        })) {
            assertThat(web.get("/").text()).isEqualTo("1000");
            assertThat(recorder.events).hasSize(999).startsWith("start").endsWith("complete");
        }
    }

    @Test
    void timeoutWithoutADecisionIs500() throws Exception {
        Recorder recorder = new Recorder();
        try (Web web = Web.serving((q, r) -> {
            AsyncContext async = q.startAsync();
            async.setTimeout(20);
            async.addListener(recorder);
        })) {
            assertThat(web.get("/").status()).isEqualTo(500);
            recorder.await("timeout", "complete");
        }
    }

    @Test
    void timeoutIsAnsweredByAListener() throws Exception {
        try (Web web = Web.start(b -> b.defaultAsyncTimeout(Duration.ofMillis(20)), app -> {
            app.servlet("/late", (q, r) -> {
                AsyncContext async = q.startAsync();
                assertThat(async.getTimeout()).isEqualTo(20);
                async.addListener(new Answering() {
                    @Override
                    public void onTimeout(AsyncEvent event) {
                        event.getAsyncContext().dispatch("/answer");
                    }
                });
            });
            app.servlet("/answer", (q, r) -> {
                r.setStatus(503);
                r.getWriter().print("late");
            });
        })) {
            RawResponse response = web.get("/late");
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.text()).isEqualTo("late");
        }
    }

    /** Does nothing but what a test overrides. */
    private abstract static class Answering implements AsyncListener {

        @Override
        public void onComplete(AsyncEvent event) throws IOException {
        }

        @Override
        public void onTimeout(AsyncEvent event) throws IOException {
        }

        @Override
        public void onError(AsyncEvent event) throws IOException {
        }

        @Override
        public void onStartAsync(AsyncEvent event) throws IOException {
        }
    }

    @Test
    void decisionsAfterTheTimeoutAreRefused() throws Exception {
        AtomicReference<AsyncContext> context = new AtomicReference<>();
        Recorder recorder = new Recorder();
        try (Web web = Web.serving((q, r) -> {
            AsyncContext async = q.startAsync();
            async.setTimeout(20);
            async.addListener(recorder);
            context.set(async);
        })) {
            assertThat(web.get("/").status()).isEqualTo(500);
            recorder.await("timeout", "complete");
            assertIllegal(() -> context.get().complete());
            assertIllegal(() -> context.get().dispatch());
            assertIllegal(() -> context.get().getRequest());
        }
    }

    private static void assertIllegal(Runnable call) {
        org.assertj.core.api.Assertions.assertThatIllegalStateException().isThrownBy(call::run);
    }

    @Test
    void exceptionOfADispatchReachesListenersAndErrorPage() throws Exception {
        Recorder recorder = new Recorder();
        try (Web web = Web.start(b -> b.errorPage("/error"), app -> {
            app.servlet("/bad", (q, r) -> {
                if (q.getDispatcherType() == DispatcherType.ASYNC) {
                    throw new IllegalArgumentException("mine");
                }
                AsyncContext async = q.startAsync();
                async.addListener(recorder);
                async.dispatch();
            });
            app.servlet("/error", (q, r) -> r.getWriter()
                    .print("page " + q.getAttribute(RequestDispatcher.ERROR_EXCEPTION)));
        })) {
            RawResponse response = web.get("/bad");
            assertThat(response.status()).isEqualTo(500);
            assertThat(response.text()).isEqualTo("page java.lang.IllegalArgumentException: mine");
            recorder.await("error", "complete");
            assertThat(recorder.error.get()).hasMessage("mine");
            assertThat(web.panics).hasSize(1);
        }
    }

    @Test
    void exceptionAfterStartAsyncEndsTheRequest() throws Exception {
        Recorder recorder = new Recorder();
        try (Web web = Web.serving((q, r) -> {
            q.startAsync().addListener(recorder);
            throw new IllegalArgumentException("mine");
        })) {
            assertThat(web.get("/").status()).isEqualTo(500);
            recorder.await("error", "complete");
        }
    }

    @Test
    void sendErrorBeforeCompleteIsAnsweredByTheErrorPage() throws Exception {
        try (Web web = Web.start(b -> b.errorPage(418, "/tea"), app -> {
            app.servlet("/pot", (q, r) -> {
                AsyncContext async = q.startAsync();
                later(() -> {
                    try {
                        r.sendError(418);
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                    async.complete();
                });
            });
            app.servlet("/tea", (q, r) -> r.getWriter().print("short and stout"));
        })) {
            RawResponse response = web.get("/pot");
            assertThat(response.status()).isEqualTo(418);
            assertThat(response.text()).isEqualTo("short and stout");
        }
    }

    @Test
    void startAsyncNeedsSupportOfServletAndFilters() throws Exception {
        try (Web web = Web.start(app -> {
            app.context().addServlet("plain", new Web.Scripted((q, r) -> {
                try {
                    q.startAsync();
                } catch (IllegalStateException e) {
                    r.getWriter().print(q.isAsyncSupported() + " refused");
                }
            })).addMapping("/plain");
        })) {
            assertThat(web.get("/plain").text()).isEqualTo("false refused");
        }
    }

    @Test
    void listenersAndTimeoutAreSetInTheDispatchOnly() throws Exception {
        List<String> refused = Collections.synchronizedList(new ArrayList<>());
        try (Web web = Web.serving((q, r) -> {
            AsyncContext async = q.startAsync();
            CountDownLatch returned = new CountDownLatch(1);
            later(() -> {
                try {
                    Await.until("the dispatch has returned", () -> {
                        try {
                            async.setTimeout(1000);
                            return false;
                        } catch (IllegalStateException e) {
                            return true;
                        }
                    });
                    try {
                        async.addListener(new Recorder());
                    } catch (IllegalStateException e) {
                        refused.add("addListener");
                    }
                } finally {
                    async.complete();
                    returned.countDown();
                }
            });
        })) {
            assertThat(web.get("/").status()).isEqualTo(200);
            assertThat(refused).containsExactly("addListener");
        }
    }

    @Test
    void clientThatLeavesIsAnErrorWithinASecondOrSo() throws Exception {
        Recorder recorder = new Recorder();
        try (Web web = Web.serving((q, r) -> {
            AsyncContext async = q.startAsync();
            async.setTimeout(0);
            async.addListener(recorder);
        }); RawClient client = web.client()) {
            client.sendHead("GET / HTTP/1.1", "Host: localhost");
            Await.until("the request runs", () -> web.container.activeRequests() == 1);
            client.reset();
            recorder.await("error", "complete");
            assertThat(recorder.error.get()).isInstanceOf(IOException.class);
            assertThat(web.panics).isEmpty();
            Await.until("the request is over", () -> web.container.activeRequests() == 0);
        }
    }

    @Test
    void halfCloseIsNoLeaving() throws Exception {
        AtomicReference<AsyncContext> context = new AtomicReference<>();
        try (Web web = Web.serving((q, r) -> {
            r.getWriter().print("still here");
            AsyncContext async = q.startAsync();
            context.set(async);
        }); RawClient client = web.client()) {
            client.sendHead("GET / HTTP/1.1", "Host: localhost");
            client.shutdownOutput();
            Await.until("the request runs", () -> context.get() != null);
            assertThat(Await.holds(Duration.ofMillis(600), () -> web.container.activeRequests() == 1))
                    .isTrue();
            context.get().complete();
            assertThat(client.readResponse().text()).isEqualTo("still here");
        }
    }

    @Test
    void racesOfCompleteTimeoutAndDispatchAreDecidedOnce() throws Exception {
        race(500);
    }

    @Test
    @Tag("long")
    void tenThousandRacesOfCompleteTimeoutAndDispatchAreDecidedOnce() throws Exception {
        race(10_000);
    }

    private static void race(int rounds) throws Exception {
        AtomicInteger completions = new AtomicInteger();
        AtomicInteger failures = new AtomicInteger();
        try (Web web = Web.start(app -> app.servlet("/race", (q, r) -> {
            if (q.getDispatcherType() == DispatcherType.ASYNC) {
                return;
            }
            AsyncContext async = q.startAsync();
            async.setTimeout(1);
            async.addListener(new Answering() {
                @Override
                public void onTimeout(AsyncEvent event) {
                    try {
                        event.getAsyncContext().complete();
                    } catch (IllegalStateException e) {
                        // Another has decided.
                    }
                }

                @Override
                public void onComplete(AsyncEvent event) {
                    completions.incrementAndGet();
                }

                @Override
                public void onError(AsyncEvent event) {
                    failures.incrementAndGet();
                }
            });
            for (int i = 0; i < 2; i++) {
                boolean dispatch = i == 0;
                later(() -> {
                    try {
                        TimeUnit.MICROSECONDS.sleep(Thread.currentThread().threadId() % 1500);
                        if (dispatch) {
                            async.dispatch();
                        } else {
                            async.complete();
                        }
                    } catch (IllegalStateException e) {
                        // Another has decided.
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
            }
        })); RawClient client = web.client()) {
            for (int i = 0; i < rounds; i++) {
                assertThat(client.get("/race").status()).isEqualTo(200);
            }
            Await.until("all are complete", () -> completions.get() == rounds);
            assertThat(failures).hasValue(0);
            assertThat(web.panics).isEmpty();
        }
    }

    @Test
    void racesWithAClientThatLeavesEndOnce() throws Exception {
        leave(100);
    }

    @Test
    @Tag("long")
    void tenThousandRacesWithAClientThatLeavesEndOnce() throws Exception {
        leave(10_000);
    }

    /** The client resets its connection while another thread writes and decides, or nobody does and the timeout comes. */
    private static void leave(int rounds) throws Exception {
        AtomicInteger started = new AtomicInteger();
        AtomicInteger completions = new AtomicInteger();
        try (Web web = Web.serving((q, r) -> {
            if (q.getDispatcherType() == DispatcherType.ASYNC) {
                r.getWriter().print("dispatched");
                return;
            }
            int kind = started.incrementAndGet() % 4;
            AsyncContext async = q.startAsync();
            async.setTimeout(20);
            async.addListener(new Answering() {
                @Override
                public void onComplete(AsyncEvent event) {
                    completions.incrementAndGet();
                }
            });
            if (kind < 3) {
                later(() -> {
                    try {
                        if (kind > 0) {
                            r.getOutputStream().write(new byte[1000]);
                            r.flushBuffer();
                        }
                        if (kind == 1) {
                            async.dispatch();
                        } else {
                            async.complete();
                        }
                    } catch (IOException | IllegalStateException e) {
                        // The client has gone, or another has decided.
                    }
                });
            }
        })) {
            for (int i = 0; i < rounds; i++) {
                int before = started.get();
                try (RawClient client = web.client()) {
                    client.sendHead("GET / HTTP/1.1", "Host: localhost");
                    if (i % 2 == 0) {
                        Await.until("the request runs", () -> started.get() > before);
                    }
                    client.reset();
                }
            }
            // A request whose reset came before the server had read it never began.
            Await.until("all that began are complete",
                    () -> web.container.activeRequests() == 0 && completions.get() == started.get());
            assertThat(started).hasValueGreaterThanOrEqualTo(rounds / 2);
        }
    }

    @Test
    void timeoutsDispatchWhileAnotherThreadIsBlockedWriting() throws Exception {
        AtomicReference<Throwable> writer = new AtomicReference<>();
        CountDownLatch done = new CountDownLatch(1);
        try (Web web = Web.serving((q, r) -> {
            if (q.getDispatcherType() == DispatcherType.ASYNC) {
                return;
            }
            AsyncContext async = q.startAsync();
            async.setTimeout(50);
            async.addListener(new Answering() {
                @Override
                public void onTimeout(AsyncEvent event) {
                    event.getAsyncContext().dispatch();
                }
            });
            later(() -> {
                try {
                    byte[] piece = new byte[1 << 16];
                    while (true) {
                        r.getOutputStream().write(piece);
                    }
                } catch (IOException | IllegalStateException e) {
                    writer.set(e);
                } finally {
                    done.countDown();
                }
            });
        }); RawClient client = RawClient.connect(web.server.address(), 4096)) {
            client.sendHead("GET / HTTP/1.1", "Host: localhost");
            Await.until("the head is there", () -> client.readHead().status() == 200);
            Thread reader = Thread.ofVirtual().start(client::readAll);
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(writer.get()).isInstanceOf(IllegalStateException.class);
            client.close();
            reader.join(5000);
        }
    }

    /** A failure that a listener has answered with a dispatch is not the last that a request can hear of. */
    @Test
    void contextsEndAbandonsARequestThatWaitsAfterAFailure() throws Exception {
        Recorder recorder = new Recorder();
        AtomicBoolean waits = new AtomicBoolean();
        try (Web web = Web.start(app -> {
            app.servlet("/first", (q, r) -> {
                AsyncContext async = q.startAsync();
                async.addListener(new AsyncListener() {
                    @Override
                    public void onError(AsyncEvent event) {
                        event.getAsyncContext().dispatch("/second");
                    }

                    @Override
                    public void onComplete(AsyncEvent event) {
                    }

                    @Override
                    public void onTimeout(AsyncEvent event) {
                    }

                    @Override
                    public void onStartAsync(AsyncEvent event) {
                    }
                });
                async.start(() -> {
                    try {
                        q.getInputStream().readAllBytes();
                    } catch (IOException e) {
                        // Not chunked as it should be, which the request hears of.
                    }
                });
            });
            app.servlet("/second", (q, r) -> {
                AsyncContext async = q.startAsync();
                async.setTimeout(0);
                async.addListener(recorder);
                waits.set(true);
            });
        }); RawClient client = web.client()) {
            client.send("POST /first HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n");
            Await.until("the request waits", waits::get);
            web.container.destroy(Duration.ZERO);
            recorder.await("error", "complete");
        }
    }

    @Test
    void contextsEndAbandonsWaitingRequests() throws Exception {
        Recorder recorder = new Recorder();
        try (Web web = Web.serving((q, r) -> {
            AsyncContext async = q.startAsync();
            async.setTimeout(0);
            async.addListener(recorder);
        }); RawClient client = web.client()) {
            client.sendHead("GET / HTTP/1.1", "Host: localhost");
            Await.until("the request runs", () -> web.container.activeRequests() == 1);
            web.container.destroy(Duration.ZERO);
            recorder.await("error", "complete");
            client.expectReset();
        }
    }

    @Test
    void contextsEndWaitsForRequestsAndRefusesOthers() throws Exception {
        AtomicReference<AsyncContext> context = new AtomicReference<>();
        AtomicBoolean destroyed = new AtomicBoolean();
        HttpServlet servlet = new HttpServlet() {
            private static final long serialVersionUID = 1L;

            @Override
            protected void doGet(HttpServletRequest q, HttpServletResponse r) throws IOException {
                r.getWriter().print("whole");
                if (context.get() == null) {
                    AsyncContext async = q.startAsync();
                    async.setTimeout(0);
                    context.set(async);
                }
            }

            @Override
            public void destroy() {
                destroyed.set(true);
            }
        };
        try (Web web = Web.start(app -> {
            ServletRegistration.Dynamic registration = app.context().addServlet("s", servlet);
            registration.setAsyncSupported(true);
            registration.addMapping("/*");
        }); RawClient client = web.client()) {
            client.sendHead("GET / HTTP/1.1", "Host: localhost");
            Await.until("the request waits", () -> context.get() != null);
            Thread end = Thread.ofVirtual().start(() -> web.container.destroy(Duration.ofMinutes(1)));
            Await.until("other requests are refused", () -> web.get("/").status() == 503);
            assertThat(destroyed).isFalse();
            context.get().complete();
            assertThat(client.readResponse().text()).isEqualTo("whole");
            end.join();
            assertThat(destroyed).isTrue();
        }
    }

    @Test
    void objectsAnswerNobodyAfterTheExchange() throws Exception {
        AtomicReference<HttpServletRequest> request = new AtomicReference<>();
        AtomicReference<HttpServletResponse> response = new AtomicReference<>();
        try (Web web = Web.serving((q, r) -> {
            request.set(q);
            response.set(r);
            r.getWriter().print("x");
        })) {
            assertThat(web.get("/").text()).isEqualTo("x");
            Await.until("the request is over", () -> web.container.activeRequests() == 0);
            assertIllegal(() -> request.get().getHeader("Host"));
            assertIllegal(() -> request.get().getAttribute("a"));
            assertIllegal(() -> request.get().getParameter("a"));
            assertIllegal(() -> request.get().getSession());
            assertIllegal(() -> request.get().startAsync());
            assertIllegal(() -> response.get().setHeader("A", "b"));
            assertIllegal(() -> response.get().isCommitted());
            assertIllegal(() -> response.get().reset());
            assertIllegal(() -> {
                try {
                    response.get().flushBuffer();
                } catch (IOException e) {
                    throw new IllegalArgumentException(e);
                }
            });
        }
    }
}
