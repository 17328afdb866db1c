package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import io.zokor.testing.Await;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.Test;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;

/** The sentences of AsyncContext's Javadoc that no other test shows; see normative.tsv. */
class AsyncContextNormativeTest {

    /** Can be made by the container. */
    public static class Silent implements AsyncListener {

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

    /** Cannot be made. */
    public static class NoConstructor extends Silent {

        public NoConstructor(String argument) {
            throw new AssertionError(argument);
        }
    }

    /** Writes down under a name what it is told. */
    private static final class Named extends Silent {

        private final String name;

        private final List<String> events;

        Named(String name, List<String> events) {
            this.name = name;
            this.events = events;
        }

        @Override
        public void onComplete(AsyncEvent event) {
            events.add(name + " complete");
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            events.add(name + " start");
        }

        @Override
        public void onError(AsyncEvent event) {
            events.add(name + " error " + event.getThrowable().getMessage());
        }
    }

    private static List<String> events() {
        return Collections.synchronizedList(new ArrayList<>());
    }

    @Test
    void requestAndResponseAreThoseOfTheStartUntilTheDecision() throws Exception {
        Inside.get((q, r) -> {
            HttpServletRequest request = new HttpServletRequestWrapper(q);
            HttpServletResponse response = new HttpServletResponseWrapper(r);
            AsyncContext async = q.startAsync(request, response);
            assertThat(async.getRequest()).isSameAs(request);
            assertThat(async.getResponse()).isSameAs(response);
            assertThat(async.hasOriginalRequestAndResponse()).isFalse();
            async.complete();
            assertThatIllegalStateException().isThrownBy(async::getRequest);
            assertThatIllegalStateException().isThrownBy(async::getResponse);
        });
        Inside inside = new Inside();
        try (Web web = Web.serving(inside.run((q, r) -> {
            if (q.getDispatcherType() == DispatcherType.ASYNC) {
                return;
            }
            AsyncContext async = q.startAsync();
            assertThat(async.getRequest()).isSameAs(q);
            assertThat(async.getResponse()).isSameAs(r);
            async.dispatch();
            assertThatIllegalStateException().isThrownBy(async::getRequest);
            assertThatIllegalStateException().isThrownBy(async::getResponse);
        }))) {
            assertThat(web.get("/").status()).isEqualTo(200);
            inside.rethrow();
        }
    }

    @Test
    void givenOnesWithoutWrappersAreTheOriginals() throws Exception {
        Inside.get((q, r) -> {
            AsyncContext async = q.startAsync(q, r);
            assertThat(async.hasOriginalRequestAndResponse()).isTrue();
            async.complete();
        });
    }

    @Test
    void aSecondDecisionIsRefused() throws Exception {
        Inside.get((q, r) -> {
            AsyncContext async = q.startAsync();
            async.complete();
            assertThatIllegalStateException().isThrownBy(async::dispatch);
            assertThatIllegalStateException().isThrownBy(() -> async.dispatch("/x"));
            assertThatIllegalStateException().isThrownBy(() -> async.dispatch(q.getServletContext(), "/x"));
        });
        Inside inside = new Inside();
        try (Web web = Web.serving(inside.run((q, r) -> {
            if (q.getDispatcherType() == DispatcherType.ASYNC) {
                assertThatIllegalStateException()
                        .isThrownBy(() -> ((AsyncContext) q.getAttribute("async")).dispatch("/again"));
                return;
            }
            AsyncContext async = q.startAsync();
            q.setAttribute("async", async);
            async.dispatch();
            assertThatIllegalStateException().isThrownBy(async::dispatch);
            assertThatIllegalStateException().isThrownBy(() -> async.dispatch("/x"));
            assertThatIllegalStateException().isThrownBy(async::complete);
        }))) {
            assertThat(web.get("/").status()).isEqualTo(200);
            inside.rethrow();
        }
    }

    @Test
    void attributesStayThoseOfTheOriginalUnderRepeatedDispatches() throws Exception {
        Inside inside = new Inside();
        try (Web web = Web.start(b -> b.contextPath("/app"), app -> {
            app.servlet("one", "/one/*", (q, r) -> q.startAsync().dispatch("/two?b=2"));
            app.servlet("two", "/two", (q, r) -> q.startAsync().dispatch("/three?c=3"));
            app.servlet("three", "/three", inside.run((q, r) -> {
                assertThat(q.getAttribute(AsyncContext.ASYNC_REQUEST_URI)).isEqualTo("/app/one/x%20y");
                assertThat(q.getAttribute(AsyncContext.ASYNC_CONTEXT_PATH)).isEqualTo("/app");
                assertThat(q.getAttribute(AsyncContext.ASYNC_SERVLET_PATH)).isEqualTo("/one");
                assertThat(q.getAttribute(AsyncContext.ASYNC_PATH_INFO)).isEqualTo("/x y");
                assertThat(q.getAttribute(AsyncContext.ASYNC_QUERY_STRING)).isEqualTo("a=1");
                assertThat(((HttpServletMapping) q.getAttribute(AsyncContext.ASYNC_MAPPING)).getServletName())
                        .isEqualTo("one");
                assertThat(q.getRequestURI()).isEqualTo("/app/three");
                assertThat(q.getServletPath()).isEqualTo("/three");
                assertThat(q.getPathInfo()).isNull();
                r.getWriter().print("three");
            }));
        })) {
            assertThat(web.get("/app/one/x%20y?a=1").text()).isEqualTo("three");
            inside.rethrow();
        }
    }

    @Test
    void dispatchIsLegalAfterTheCommitAndKeepsBufferAndFields() throws Exception {
        Inside inside = new Inside();
        try (Web web = Web.start(app -> {
            app.servlet("/committed", inside.run((q, r) -> {
                r.getWriter().print("first ");
                r.flushBuffer();
                q.startAsync().dispatch("/to");
            }));
            app.servlet("/buffered", inside.run((q, r) -> {
                r.setHeader("X-A", "1");
                r.getWriter().print("first ");
                q.startAsync().dispatch("/to");
            }));
            app.servlet("/to", (q, r) -> r.getWriter().print("second"));
        })) {
            assertThat(web.get("/committed").text()).isEqualTo("first second");
            RawResponse buffered = web.get("/buffered");
            assertThat(buffered.text()).isEqualTo("first second");
            assertThat(buffered.header("X-A")).contains("1");
            inside.rethrow();
        }
    }

    @Test
    void dispatchWaitsForTheReturnOfTheOneThatStarted() throws Exception {
        List<String> order = events();
        try (Web web = Web.start(app -> {
            app.servlet("/from", (q, r) -> {
                q.startAsync().dispatch("/to");
                order.add("from " + q.isAsyncStarted());
            });
            app.servlet("/to", (q, r) -> {
                order.add("to " + q.getDispatcherType());
                assertThat(q.isAsyncStarted()).isFalse();
            });
        })) {
            assertThat(web.get("/from").status()).isEqualTo(200);
            assertThat(order).containsExactly("from true", "to ASYNC");
        }
    }

    @Test
    void responseIsClosedWhenTheTargetReturns() throws Exception {
        AtomicReference<HttpServletResponse> kept = new AtomicReference<>();
        try (Web web = Web.start(app -> {
            app.servlet("/from", (q, r) -> q.startAsync().dispatch("/to"));
            app.servlet("/to", (q, r) -> {
                kept.set(r);
                r.getWriter().print("to");
            });
        })) {
            RawResponse response = web.get("/from");
            assertThat(response.text()).isEqualTo("to");
            Await.until("the request is over", () -> web.container.activeRequests() == 0);
            assertThatIllegalStateException().isThrownBy(() -> kept.get().isCommitted());
        }
    }

    @Test
    void targetMayStartAnotherCycleWithTheSameContext() throws Exception {
        List<String> events = events();
        Inside inside = new Inside();
        try (Web web = Web.serving(inside.run((q, r) -> {
            if (q.getDispatcherType() == DispatcherType.ASYNC) {
                AsyncContext again = q.startAsync();
                assertThat(again).isSameAs(q.getAttribute("async"));
                again.addListener(new Named("second", events));
                again.complete();
            } else {
                AsyncContext async = q.startAsync();
                q.setAttribute("async", async);
                async.addListener(new Named("first", events));
                async.dispatch();
            }
        }))) {
            assertThat(web.get("/").status()).isEqualTo(200);
            inside.rethrow();
            // The first listener is told of the new cycle and then dropped, as it did not add itself again.
            Await.until("both listeners are told " + events, () -> events.size() == 2);
            assertThat(events).containsExactly("first start", "second complete");
        }
    }

    @Test
    void givenWrappersStayLockedIn() throws Exception {
        Inside inside = new Inside();
        try (Web web = Web.serving(inside.run((q, r) -> {
            if (q.getDispatcherType() == DispatcherType.ASYNC) {
                AsyncContext again = q.startAsync();
                HttpServletRequest locked = (HttpServletRequest) again.getRequest();
                assertThat(locked.getHeader("X-Wrapped")).isEqualTo("yes");
                again.complete();
            } else {
                q.startAsync(new HttpServletRequestWrapper(q) {
                    @Override
                    public String getHeader(String name) {
                        return "yes";
                    }
                }, r).dispatch();
            }
        }))) {
            assertThat(web.get("/").status()).isEqualTo(200);
            inside.rethrow();
        }
    }

    @Test
    void dispatchIsScopedToTheGivenContext() throws Exception {
        try (Web web = Web.start(b -> b.contextPath("/app"), app -> {
            app.servlet("/from", (q, r) -> q.startAsync().dispatch(q.getServletContext(), "/to"));
            app.servlet("/to", (q, r) -> r.getWriter().print(q.getRequestURI()));
        })) {
            assertThat(web.get("/app/from").text()).isEqualTo("/app/to");
        }
    }

    @Test
    void listenersAreToldInTheirOrderWithWhatTheyWereGiven() throws Exception {
        List<String> events = events();
        Inside inside = new Inside();
        AtomicReference<AsyncEvent> plain = new AtomicReference<>();
        AtomicReference<AsyncEvent> supplied = new AtomicReference<>();
        AtomicReference<List<Object>> given = new AtomicReference<>();
        try (Web web = Web.serving(inside.run((q, r) -> {
            HttpServletRequest request = new HttpServletRequestWrapper(q);
            HttpServletResponse response = new HttpServletResponseWrapper(r);
            given.set(List.of(request, response));
            AsyncContext async = q.startAsync(request, response);
            async.addListener(new Named("one", events));
            async.addListener(new Silent() {
                @Override
                public void onComplete(AsyncEvent event) {
                    plain.set(event);
                    events.add("plain");
                }
            });
            async.addListener(new Silent() {
                @Override
                public void onComplete(AsyncEvent event) {
                    supplied.set(event);
                    events.add("supplied");
                }
            }, request, response);
            async.addListener(new Named("four", events));
            async.complete();
        }))) {
            assertThat(web.get("/").status()).isEqualTo(200);
            inside.rethrow();
            Await.until("all are told", () -> events.size() == 4);
            assertThat(events).containsExactly("one complete", "plain", "supplied", "four complete");
            assertThat(supplied.get().getSuppliedRequest()).isSameAs(given.get().get(0));
            assertThat(supplied.get().getSuppliedResponse()).isSameAs(given.get().get(1));
        }
    }

    @Test
    void listenersAreMadeByTheContainer() throws Exception {
        Inside.get((q, r) -> {
            AsyncContext async = q.startAsync();
            assertThat(async.createListener(Silent.class)).isNotNull();
            assertThatExceptionOfType(ServletException.class)
                    .isThrownBy(() -> async.createListener(NoConstructor.class));
            async.complete();
        });
    }

    @Test
    void timeoutIsHalfAMinuteUnlessSet() throws Exception {
        Inside.get((q, r) -> {
            AsyncContext async = q.startAsync();
            assertThat(async.getTimeout()).isEqualTo(30_000);
            async.setTimeout(17);
            assertThat(async.getTimeout()).isEqualTo(17);
            async.setTimeout(0);
            assertThat(async.getTimeout()).isZero();
            async.complete();
        });
    }

    @Test
    void timeoutOfZeroNeverExpires() throws Exception {
        List<String> events = events();
        AtomicReference<AsyncContext> context = new AtomicReference<>();
        try (Web web = Web.start(b -> b.defaultAsyncTimeout(java.time.Duration.ofMillis(10)),
                app -> app.servlet("/*", (q, r) -> {
                    AsyncContext async = q.startAsync();
                    async.setTimeout(0);
                    async.addListener(new Silent() {
                        @Override
                        public void onTimeout(AsyncEvent event) {
                            events.add("timeout");
                        }
                    });
                    context.set(async);
                }))) {
            web.with(client -> {
                client.sendHead("GET / HTTP/1.1", "Host: localhost");
                Await.until("the request waits", () -> context.get() != null);
                assertThat(Await.holds(java.time.Duration.ofMillis(200), events::isEmpty)).isTrue();
                context.get().complete();
                assertThat(client.readResponse().status()).isEqualTo(200);
            });
        }
    }

    @Test
    void errorWithoutADecisionOfAListenerGoesToTheErrorPage() throws Exception {
        List<String> events = events();
        try (Web web = Web.start(b -> b.errorPage(500, "/page"), app -> {
            app.servlet("/from", (q, r) -> {
                AsyncContext async = q.startAsync();
                async.addListener(new Named("l", events));
                async.dispatch("/bad");
            });
            app.servlet("/bad", (q, r) -> {
                throw new IOException("mine");
            });
            app.servlet("/page", (q, r) -> r.getWriter()
                    .print(q.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) + " "
                            + q.getAttribute(RequestDispatcher.ERROR_EXCEPTION)));
        })) {
            RawResponse response = web.get("/from");
            assertThat(response.status()).isEqualTo(500);
            assertThat(response.text()).isEqualTo("500 java.io.IOException: mine");
            Await.until("told of both", () -> events.size() == 2);
            assertThat(events).containsExactly("l error mine", "l complete");
        }
    }

    @Test
    void listenerMayAnswerAnError() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/from", (q, r) -> {
                AsyncContext async = q.startAsync();
                async.addListener(new Silent() {
                    @Override
                    public void onError(AsyncEvent event) {
                        event.getAsyncContext().dispatch("/answer");
                    }
                });
                async.dispatch("/bad");
            });
            app.servlet("/bad", (q, r) -> {
                throw new IOException("mine");
            });
            app.servlet("/answer", (q, r) -> r.getWriter().print("answered"));
        })) {
            assertThat(web.get("/from").text()).isEqualTo("answered");
        }
    }

    @Test
    void completeClosesAStreamThatDoesNotBlock() throws Exception {
        Inside inside = new Inside();
        try (Web web = Web.serving(inside.run((q, r) -> {
            AsyncContext async = q.startAsync();
            ServletOutputStream out = r.getOutputStream();
            out.setWriteListener(new WriteListener() {
                @Override
                public void onWritePossible() throws IOException {
                    while (out.isReady()) {
                        out.write(new byte[1 << 20]);
                        async.complete();
                        return;
                    }
                }

                @Override
                public void onError(Throwable failure) {
                    throw new AssertionError(failure);
                }
            });
        }))) {
            assertThat(web.get("/").body()).hasSize(1 << 20);
            inside.rethrow();
        }
    }

    @Test
    void dispatchWaitsForAWriteThatIsPending() throws Exception {
        List<String> order = events();
        try (Web web = Web.start(app -> {
            app.servlet("/from", (q, r) -> {
                AsyncContext async = q.startAsync();
                ServletOutputStream out = r.getOutputStream();
                out.setWriteListener(new WriteListener() {
                    @Override
                    public void onWritePossible() throws IOException {
                        if (out.isReady()) {
                            out.write(new byte[1 << 20]);
                            async.dispatch("/to");
                        }
                    }

                    @Override
                    public void onError(Throwable failure) {
                        order.add("error " + failure);
                    }
                });
            });
            app.servlet("/to", (q, r) -> order.add("to"));
        })) {
            assertThat(web.get("/from").body()).hasSize(1 << 20);
            assertThat(order).containsExactly("to");
        }
    }
}
