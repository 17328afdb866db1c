package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * Whatever a handler does with a response that is complete: the client has it whole, and its connection goes on. What the
 * application did wrong counts as a panic all the same.
 */
class CompleteResponseTest {

    /** Ways to complete a response of "done". */
    private static final Map<String, Web.Action> ENDS = new LinkedHashMap<>();

    /** What a handler then does and may do. */
    private static final Map<String, Web.Action> HARMLESS = new LinkedHashMap<>();

    /** What it then does and may not. */
    private static final Map<String, Web.Action> WRONG = new LinkedHashMap<>();

    static {
        ENDS.put("closed writer", (q, r) -> {
            r.getWriter().print("done");
            r.getWriter().close();
        });
        ENDS.put("closed stream", (q, r) -> {
            r.getOutputStream().print("done");
            r.getOutputStream().close();
        });
        ENDS.put("flushed and closed", (q, r) -> {
            r.getOutputStream().print("do");
            r.flushBuffer();
            r.getOutputStream().print("ne");
            r.getOutputStream().close();
        });
        ENDS.put("declared length", (q, r) -> {
            r.setContentLength(4);
            r.getOutputStream().print("done");
        });
        ENDS.put("forwarded", (q, r) -> q.getRequestDispatcher("/target").forward(q, r));
        ENDS.put("by another thread", (q, r) -> CompletableFuture.runAsync(() -> {
            try {
                r.getOutputStream().print("done");
                r.getOutputStream().close();
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }).get(20, TimeUnit.SECONDS));

        HARMLESS.put("nothing", (q, r) -> {
        });
        HARMLESS.put("startAsync and complete", (q, r) -> q.startAsync().complete());
        HARMLESS.put("complete by another thread", (q, r) -> {
            AsyncContext async = q.startAsync();
            Thread.ofVirtual().start(async::complete);
        });
        HARMLESS.put("startAsync and dispatch", (q, r) -> {
            if (q.getAttribute("again") == null) {
                q.setAttribute("again", true);
                q.startAsync().dispatch("/target");
            }
        });
        HARMLESS.put("AsyncContext.start", (q, r) -> {
            AsyncContext async = q.startAsync();
            async.start(async::complete);
        });
        HARMLESS.put("write", (q, r) -> write(r));
        HARMLESS.put("flush", (q, r) -> r.flushBuffer());
        HARMLESS.put("close again", (q, r) -> {
            write(r);
            try {
                r.getOutputStream().close();
            } catch (IllegalStateException e) {
                r.getWriter().close();
            }
        });
        HARMLESS.put("fields", (q, r) -> {
            r.setHeader("X-Late", "1");
            r.addHeader("X-Late", "1");
            r.setStatus(500);
            r.setContentType("text/html");
            r.setCharacterEncoding("UTF-8");
            r.setContentLength(100);
            r.addCookie(new jakarta.servlet.http.Cookie("late", "1"));
        });
        HARMLESS.put("include", (q, r) -> q.getRequestDispatcher("/target").include(q, r));
        HARMLESS.put("timeout", (q, r) -> q.startAsync().setTimeout(1));
        HARMLESS.put("WriteListener", (q, r) -> {
            AsyncContext async = q.startAsync();
            if (usesWriter(r)) {
                async.complete();
                return;
            }
            r.getOutputStream().setWriteListener(new WriteListener() {
                @Override
                public void onWritePossible() {
                    async.complete();
                }

                @Override
                public void onError(Throwable t) {
                    async.complete();
                }
            });
        });

        WRONG.put("throw", (q, r) -> {
            throw new IllegalStateException("after the end");
        });
        WRONG.put("checked exception", (q, r) -> {
            throw new java.io.IOException("after the end");
        });
        WRONG.put("error", (q, r) -> {
            throw new AssertionError("after the end");
        });
        WRONG.put("sendError", (q, r) -> r.sendError(500));
        WRONG.put("sendRedirect", (q, r) -> r.sendRedirect("/x"));
        WRONG.put("reset", (q, r) -> r.reset());
        WRONG.put("resetBuffer", (q, r) -> r.resetBuffer());
        WRONG.put("setBufferSize", (q, r) -> r.setBufferSize(100));
        WRONG.put("setTrailerFields", (q, r) -> r.setTrailerFields(Map::of));
        WRONG.put("forward", (q, r) -> q.getRequestDispatcher("/target").forward(q, r));
        WRONG.put("complete twice", (q, r) -> {
            AsyncContext async = q.startAsync();
            async.complete();
            async.complete();
        });
        WRONG.put("startAsync twice", (q, r) -> {
            q.startAsync();
            q.startAsync();
        });
        WRONG.put("startAsync and throw", (q, r) -> {
            q.startAsync();
            throw new IllegalStateException("after the end");
        });
        WRONG.put("AsyncContext.start that throws", (q, r) -> q.startAsync().start(() -> {
            throw new IllegalStateException("after the end");
        }));
        WRONG.put("asynchronous dispatch that throws", (q, r) -> {
            AsyncContext async = q.startAsync();
            async.dispatch("/thrower");
        });
    }

    private static void write(HttpServletResponse response) throws java.io.IOException {
        if (usesWriter(response)) {
            response.getWriter().print("more");
        } else {
            response.getOutputStream().print("more");
        }
    }

    private static boolean usesWriter(HttpServletResponse response) throws java.io.IOException {
        try {
            response.getOutputStream();
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    @TestFactory
    Iterable<DynamicTest> theConnectionGoesOnAndNothingIsReported() {
        return all(HARMLESS, false);
    }

    @TestFactory
    Iterable<DynamicTest> theConnectionGoesOnAndTheFailureIsReported() {
        return all(WRONG, true);
    }

    private static Iterable<DynamicTest> all(Map<String, Web.Action> actions, boolean panic) {
        return ENDS.entrySet().stream().flatMap(end -> actions.entrySet().stream()
                .map(then -> DynamicTest.dynamicTest(end.getKey() + ", then " + then.getKey(),
                        () -> check(end.getValue(), then.getValue(), panic))))
                .toList();
    }

    private static void check(Web.Action end, Web.Action then, boolean panic) throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/*", (q, r) -> {
                end.run(q, r);
                then.run(q, r);
            });
            app.servlet("/target", (HttpServletRequest q, HttpServletResponse r) -> {
                if (q.getDispatcherType() == jakarta.servlet.DispatcherType.FORWARD) {
                    r.getOutputStream().print("done");
                }
            });
            app.servlet("/thrower", (q, r) -> {
                throw new IllegalStateException("after the end");
            });
        }); RawClient client = web.client()) {
            for (int i = 1; i <= 2; i++) {
                client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody");
                RawResponse response = client.readResponse();
                assertThat(response.status()).isEqualTo(200);
                assertThat(response.text()).isEqualTo("done");
                assertThat(response.hasHeader("Connection")).isFalse();
            }
            // The second response was read, so the first exchange is over.
            assertThat(web.panics.isEmpty()).isEqualTo(!panic);
        }
    }

    @Test
    void aResponseThatIsSentInPartIsStillCut() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            r.getOutputStream().print("half");
            r.flushBuffer();
            throw new IllegalStateException("in the middle");
        }); RawClient client = web.client()) {
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.readResponse().complete()).isFalse();
        }
    }

    @Test
    void aResponseThatIsClosedBeforeItsLengthIsStillCut() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            r.setContentLength(10);
            r.getOutputStream().print("half");
            r.getOutputStream().close();
            throw new IllegalStateException("in the middle");
        }); RawClient client = web.client()) {
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.readResponse().complete()).isFalse();
        }
    }
}
