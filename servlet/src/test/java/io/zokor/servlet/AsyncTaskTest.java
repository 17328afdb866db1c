package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

import io.zokor.servlet.internal.request.Dispatcher;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.Test;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;

/** Tasks of {@link AsyncContext#start}, and the application's code that asynchronous processing calls. */
class AsyncTaskTest {

    @Test
    void whatATaskThrowsIsTheRequestsFailureAtOnce() throws Exception {
        List<String> events = new CopyOnWriteArrayList<>();
        AtomicReference<Throwable> told = new AtomicReference<>();
        IllegalStateException thrown = new IllegalStateException("in a task");
        try (Web web = Web.serving((q, r) -> {
            AsyncContext async = q.startAsync();
            async.setTimeout(0);
            async.addListener(listener(events, told, false));
            async.start(() -> {
                throw thrown;
            });
        })) {
            assertThat(web.get("/").status()).isEqualTo(500);
            assertThat(web.panics).containsExactly(thrown);
        }
        assertThat(events).containsExactly("error", "complete");
        assertThat(told.get()).isSameAs(thrown);
    }

    @Test
    void aListenerMayAnswerForATaskThatThrew() throws Exception {
        List<String> events = new CopyOnWriteArrayList<>();
        try (Web web = Web.serving((q, r) -> {
            AsyncContext async = q.startAsync();
            async.setTimeout(0);
            async.addListener(listener(events, new AtomicReference<>(), true));
            async.start(() -> {
                throw new AssertionError("in a task");
            });
        })) {
            RawResponse response = web.get("/");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.text()).isEqualTo("by the listener");
            assertThat(web.panics).hasSize(1);
        }
        assertThat(events).containsExactly("error", "complete");
    }

    @Test
    void aTaskThatThrowsAfterItHasCompletedChangesNothing() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            AsyncContext async = q.startAsync();
            async.start(() -> {
                async.complete();
                throw new IllegalStateException("too late");
            });
        })) {
            assertThat(web.get("/").status()).isEqualTo(200);
            assertThat(web.panics).isEmpty();
        }
    }

    @Test
    void noCodeOfTheApplicationRunsUnderTheWaitPointsLock() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        List<String> underLock = new CopyOnWriteArrayList<>();
        try (Web web = Web.start(app -> {
            app.servlet("/folder/page", (q, r) -> {
                if (q.getAttribute("round") != null) {
                    r.getWriter().print("dispatched");
                    return;
                }
                q.setAttribute("round", 1);
                AsyncContext async = q.startAsync(new Watching(q, asked, underLock), r);
                assertThat(async.hasOriginalRequestAndResponse()).isFalse();
                if ("relative".equals(q.getParameter("by"))) {
                    async.dispatch("page");
                } else {
                    async.dispatch();
                }
            });
        })) {
            assertThat(web.get("/folder/page").text()).isEqualTo("dispatched");
            assertThat(asked).contains("getRequestURI", "getContextPath");
            assertThat(web.get("/folder/page?by=relative").text()).isEqualTo("dispatched");
            assertThat(asked).contains("getServletPath", "getPathInfo");
        }
        assertThat(underLock).isEmpty();
    }

    private static AsyncListener listener(List<String> events, AtomicReference<Throwable> told, boolean answer) {
        return new AsyncListener() {
            @Override
            public void onComplete(AsyncEvent event) {
                events.add("complete");
            }

            @Override
            public void onTimeout(AsyncEvent event) {
                events.add("timeout");
            }

            @Override
            public void onError(AsyncEvent event) throws java.io.IOException {
                events.add("error");
                told.set(event.getThrowable());
                if (answer) {
                    event.getSuppliedResponse().getWriter().print("by the listener");
                    event.getAsyncContext().complete();
                }
            }

            @Override
            public void onStartAsync(AsyncEvent event) {
                events.add("start");
            }
        };
    }

    /** A wrapper of the application's that notes what it is asked, and whether under the lock. */
    private static final class Watching extends HttpServletRequestWrapper {

        private final List<String> asked;

        private final List<String> underLock;

        Watching(HttpServletRequest request, List<String> asked, List<String> underLock) {
            super(request);
            this.asked = asked;
            this.underLock = underLock;
        }

        private void note(String method) {
            asked.add(method);
            if (Dispatcher.cycleOf(getRequest()).point().lock.isHeldByCurrentThread()) {
                underLock.add(method);
            }
        }

        @Override
        public String getRequestURI() {
            note("getRequestURI");
            return super.getRequestURI();
        }

        @Override
        public String getContextPath() {
            note("getContextPath");
            return super.getContextPath();
        }

        @Override
        public String getServletPath() {
            note("getServletPath");
            return super.getServletPath();
        }

        @Override
        public String getPathInfo() {
            note("getPathInfo");
            return super.getPathInfo();
        }
    }
}
