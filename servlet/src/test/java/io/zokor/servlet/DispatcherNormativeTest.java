package io.zokor.servlet;

import static jakarta.servlet.RequestDispatcher.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.Test;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;

/** The sentences of RequestDispatcher's Javadoc and chapter 9 that no other test shows; see normative.tsv. */
class DispatcherNormativeTest {

    /** Runs the checks at /app/check/x%20y?a=1, with further servlets. */
    private static RawResponse at(Web.Setup setup, Web.Action checks) throws Exception {
        return Inside.send(b -> b.contextPath("/app"), setup, "GET", "/app/check/x%20y?a=1", checks);
    }

    private static String servletOf(Object mapping) {
        return ((HttpServletMapping) mapping).getServletName();
    }

    @Test
    void forwardNamesTheOriginalAlsoBehindAnotherForward() throws Exception {
        Inside inside = new Inside();
        RawResponse response = at(app -> {
            app.servlet("mid", "/mid/*", (q, r) -> q.getRequestDispatcher("/to").forward(q, r));
            app.servlet("to", "/to", inside.run((q, r) -> {
                assertThat(q.getAttribute(FORWARD_REQUEST_URI)).isEqualTo("/app/check/x%20y");
                assertThat(q.getAttribute(FORWARD_CONTEXT_PATH)).isEqualTo("/app");
                assertThat(q.getAttribute(FORWARD_SERVLET_PATH)).isEqualTo("");
                assertThat(q.getAttribute(FORWARD_PATH_INFO)).isEqualTo("/check/x y");
                assertThat(q.getAttribute(FORWARD_QUERY_STRING)).isEqualTo("a=1");
                assertThat(servletOf(q.getAttribute(FORWARD_MAPPING))).isEqualTo("/*");
                assertThat(Collections.list(q.getAttributeNames())).contains(FORWARD_REQUEST_URI);
                r.getWriter().print("to");
            }));
        }, (q, r) -> q.getRequestDispatcher("/mid/z").forward(q, r));
        inside.rethrow();
        assertThat(response.text()).isEqualTo("to");
    }

    @Test
    void includeNamesItsTargetAndAnInnerIncludeItsOwn() throws Exception {
        Inside inside = new Inside();
        RawResponse response = at(app -> {
            app.servlet("mid", "/mid/*", inside.run((q, r) -> {
                assertThat(q.getAttribute(INCLUDE_REQUEST_URI)).isEqualTo("/app/mid/z%20");
                assertThat(q.getAttribute(INCLUDE_CONTEXT_PATH)).isEqualTo("/app");
                assertThat(q.getAttribute(INCLUDE_SERVLET_PATH)).isEqualTo("/mid");
                assertThat(q.getAttribute(INCLUDE_PATH_INFO)).isEqualTo("/z ");
                assertThat(q.getAttribute(INCLUDE_QUERY_STRING)).isEqualTo("b=2");
                assertThat(servletOf(q.getAttribute(INCLUDE_MAPPING))).isEqualTo("mid");
                q.getRequestDispatcher("/to").include(q, r);
                assertThat(q.getAttribute(INCLUDE_REQUEST_URI)).isEqualTo("/app/mid/z%20");
            }));
            app.servlet("to", "/to", inside.run((q, r) -> {
                assertThat(q.getAttribute(INCLUDE_REQUEST_URI)).isEqualTo("/app/to");
                assertThat(q.getAttribute(INCLUDE_PATH_INFO)).isNull();
                assertThat(q.getAttribute(INCLUDE_QUERY_STRING)).isNull();
                assertThat(servletOf(q.getAttribute(INCLUDE_MAPPING))).isEqualTo("to");
                r.getWriter().print("to");
            }));
        }, (q, r) -> {
            q.getRequestDispatcher("/mid/z%20?b=2").include(q, r);
            assertThat(q.getAttribute(INCLUDE_REQUEST_URI)).isNull();
        });
        inside.rethrow();
        assertThat(response.text()).isEqualTo("to");
    }

    @Test
    void namedDispatchersSetNoAttributes() throws Exception {
        Inside inside = new Inside();
        RawResponse response = at(app -> app.servlet("named", "", inside.run((q, r) -> {
            assertThat(q.getAttribute(FORWARD_REQUEST_URI)).isNull();
            assertThat(q.getAttribute(INCLUDE_REQUEST_URI)).isNull();
            assertThat(q.getPathInfo()).isEqualTo("/check/x y");
            r.getWriter().print(q.getDispatcherType() + " ");
        })), (q, r) -> {
            q.getServletContext().getNamedDispatcher("named").include(q, r);
            r.flushBuffer();
            q.getServletContext().getNamedDispatcher("named").include(q, r);
        });
        inside.rethrow();
        assertThat(response.text()).isEqualTo("INCLUDE INCLUDE ");
    }

    @Test
    void errorAttributesTellWhatHappened() throws Exception {
        Inside inside = new Inside();
        RawResponse response = Inside.send(b -> b.errorPage("/page"), app -> {
            app.servlet("bad", "/bad", (q, r) -> {
                throw new IllegalArgumentException("mine");
            });
            app.servlet("/page", inside.run((q, r) -> {
                assertThat(q.getAttribute(ERROR_STATUS_CODE)).isEqualTo(500);
                assertThat(q.getAttribute(ERROR_EXCEPTION)).isInstanceOf(IllegalArgumentException.class);
                assertThat(q.getAttribute(ERROR_EXCEPTION_TYPE)).isEqualTo(IllegalArgumentException.class);
                assertThat(q.getAttribute(ERROR_MESSAGE)).isEqualTo("mine");
                assertThat(q.getAttribute(ERROR_REQUEST_URI)).isEqualTo("/bad");
                assertThat(q.getAttribute(ERROR_QUERY_STRING)).isEqualTo("x=1");
                assertThat(q.getAttribute(ERROR_METHOD)).isEqualTo("POST");
                assertThat(q.getAttribute(ERROR_SERVLET_NAME)).isEqualTo("bad");
                assertThat(q.getDispatcherType()).isEqualTo(DispatcherType.ERROR);
                assertThat(q.getMethod()).isEqualTo("GET");
                r.getWriter().print("page");
            }));
        }, "POST", "/bad?x=1", (q, r) -> {
        });
        inside.rethrow();
        assertThat(response.text()).isEqualTo("page");
    }

    @Test
    void forwardAdjustsPathsAndParametersAndClearsTheBuffer() throws Exception {
        Inside inside = new Inside();
        RawResponse response = at(app -> app.servlet("/to", inside.run((q, r) -> {
            assertThat(q.getDispatcherType()).isEqualTo(DispatcherType.FORWARD);
            assertThat(q.getRequestURI()).isEqualTo("/app/to");
            assertThat(q.getServletPath()).isEqualTo("/to");
            assertThat(q.getPathInfo()).isNull();
            assertThat(q.getParameterValues("a")).containsExactly("2", "1");
            assertThat(q.getQueryString()).isEqualTo("a=2");
            r.getWriter().print("to");
        })), (q, r) -> {
            r.getWriter().print("dropped");
            q.getRequestDispatcher("/to?a=2").forward(q, r);
            assertThat(q.getParameterValues("a")).containsExactly("1");
            assertThat(q.getDispatcherType()).isEqualTo(DispatcherType.REQUEST);
            assertThat(r.isCommitted()).isTrue();
        });
        inside.rethrow();
        assertThat(response.text()).isEqualTo("to");
    }

    @Test
    void forwardAfterTheCommitIsAnIllegalState() throws Exception {
        at(app -> app.servlet("/to", (q, r) -> r.getWriter().print("never")), (q, r) -> {
            r.flushBuffer();
            assertThatIllegalStateException().isThrownBy(() -> q.getRequestDispatcher("/to").forward(q, r));
        });
    }

    @Test
    void exceptionsOfTheTargetReachTheCaller() throws Exception {
        for (String method : List.of("forward", "include")) {
            List<Class<?>> caught = new ArrayList<>();
            at(app -> {
                app.servlet("/io", (q, r) -> {
                    throw new IOException("io");
                });
                app.servlet("/servlet", (q, r) -> {
                    throw new ServletException("servlet");
                });
                app.servlet("/runtime", (q, r) -> {
                    throw new UncheckedIOException(new IOException("runtime"));
                });
            }, (q, r) -> {
                for (String path : List.of("/io", "/servlet", "/runtime")) {
                    try {
                        if (method.equals("forward")) {
                            q.getRequestDispatcher(path).forward(q, r);
                        } else {
                            q.getRequestDispatcher(path).include(q, r);
                        }
                    } catch (IOException | ServletException | RuntimeException e) {
                        caught.add(e.getClass());
                    }
                }
            });
            assertThat(caught).as(method).containsExactly(IOException.class, ServletException.class,
                    UncheckedIOException.class);
        }
    }

    @Test
    void foreignRequestsAreRefused() throws Exception {
        HttpServletRequest foreign = (HttpServletRequest) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] { HttpServletRequest.class }, (proxy, method, arguments) -> null);
        at(app -> app.servlet("/to", (q, r) -> r.getWriter().print("never")), (q, r) -> {
            assertThatIllegalArgumentException().isThrownBy(() -> q.getRequestDispatcher("/to").forward(foreign, r));
            assertThatIllegalArgumentException().isThrownBy(() -> q.getRequestDispatcher("/to").include(foreign, r));
        });
    }

    @Test
    void includedServletChangesNothingOfTheHead() throws Exception {
        RawResponse response = Inside.send(UnaryOperator.identity(), app -> app.servlet("/in", (q, r) -> {
            r.setStatus(404);
            r.setHeader("X-In", "1");
            r.addHeader("X-In", "1");
            r.setIntHeader("X-In", 1);
            r.addDateHeader("X-In", 1);
            r.addCookie(new Cookie("in", "1"));
            r.setContentType("text/x-in");
            r.setCharacterEncoding("UTF-16");
            r.setContentLength(1);
            r.setLocale(Locale.FRENCH);
            assertThatNoException().isThrownBy(() -> r.sendError(500));
            r.getWriter().print("in");
            r.getWriter().flush();
        }), "GET", "/", (q, r) -> {
            r.setContentType("text/plain;charset=UTF-8");
            q.getRequestDispatcher("/in").include(q, r);
            r.getWriter().print(" after");
        });
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.text()).isEqualTo("in after");
        assertThat(response.header("Content-Type")).contains("text/plain;charset=UTF-8");
        assertThat(response.hasHeader("X-In")).isFalse();
        assertThat(response.hasHeader("Set-Cookie")).isFalse();
        assertThat(response.hasHeader("Content-Language")).isFalse();
    }

    @Test
    void includeKeepsThePathsOfTheCaller() throws Exception {
        Inside inside = new Inside();
        at(app -> app.servlet("/in", inside.run((q, r) -> {
            assertThat(q.getDispatcherType()).isEqualTo(DispatcherType.INCLUDE);
            assertThat(q.getRequestURI()).isEqualTo("/app/check/x%20y");
            assertThat(q.getServletPath()).isEmpty();
            assertThat(q.getPathInfo()).isEqualTo("/check/x y");
            assertThat(q.getQueryString()).isEqualTo("a=1");
            assertThat(q.getParameterValues("a")).containsExactly("2", "1");
        })), (q, r) -> {
            q.getRequestDispatcher("/in?a=2").include(q, r);
            assertThat(q.getParameterValues("a")).containsExactly("1");
        });
        inside.rethrow();
    }

    @Test
    void sessionCannotBeginInAnIncludeAfterTheCommit() throws Exception {
        at(app -> app.servlet("/in",
                (q, r) -> assertThatExceptionOfType(IllegalStateException.class).isThrownBy(q::getSession)),
                (q, r) -> {
                    r.flushBuffer();
                    q.getRequestDispatcher("/in").include(q, r);
                });
    }
}
