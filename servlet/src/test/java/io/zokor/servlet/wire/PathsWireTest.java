package io.zokor.servlet.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

/** Servlet 6.1 section 3.5 on the wire. */
class PathsWireTest {

    private Application application;

    @BeforeEach
    void start() throws Exception {
        application = Application.start(builder -> builder.contextPath("/app").initializer(Application.servlet("/*",
                (request, response) -> response.getWriter()
                        .print(request.getServletPath() + "|" + request.getPathInfo() + "|"
                                + request.getRequestURI()))));
    }

    @AfterEach
    void stop() {
        application.close();
    }

    @ParameterizedTest
    @CsvSource({ "/app/a/b, /a/b", "/app/a;x=y/b;z, /a/b", "//app//a, /a", "/app/./a/../b, /b", "/app/%61, /a",
        "/app/%2561, /%61", "/x/../app/a, /a", "/app/, /" })
    void isMappedByItsCanonicalForm(String target, String pathInfo) {
        assertThat(application.get(target).text()).isEqualTo("|" + pathInfo + "|" + target);
    }

    @ParameterizedTest
    @ValueSource(strings = { "/app/%2e%2e/x", "/app/..;/x", "/app/a%2Fb", "/app/a%5Cb", "/app/a\\b", "/app/%00",
        "/app/%c0%ae",
        "/app/;/x", "/app/../../x", "/app/%", "/app/%zz", "/app/a;%2F", "/%2e/app/x" })
    void isRefusedWhereItIsSuspicious(String target) {
        assertThat(application.get(target).status()).isEqualTo(400);
    }

    /** CVE-2018-11784: the redirect to the slash must not leave the host. */
    @ParameterizedTest
    @ValueSource(strings = { "/app", "//evil.example/../app", "//app", "/app;x" })
    void theRootIsRedirectedToItsSlashOnTheSameHost(String target) {
        RawResponse response = application.get(target);

        assertThat(response.status()).isEqualTo(302);
        assertThat(response.header("Location")).hasValueSatisfying(
                location -> assertThat(location).matches("(http://localhost)?/app/"));
    }

    /** Applications redirect to the context path and something; it must not be what another host begins with. */
    @ParameterizedTest
    @CsvSource({ "/a/b/x, /a/b", "//evil.example/../a/b/x, /a/b", "//a/b/x, /a/b", "/./a/b/x, /a/b", "/%61/b/x, /%61/b",
        "/a;y/b/x, /a;y/b", "/c/../a/b/x, /a/b", "/a/b, none" })
    void theContextPathIsThatOfTheApplication(String target, String contextPath) throws Exception {
        try (Application nested = Application.start(builder -> builder.contextPath("/a/b").initializer(Application
                .servlet("/*", (request, response) -> response.getWriter().print(request.getContextPath()))))) {
            RawResponse response = nested.get(target);

            assertThat(response.status() == 200 ? response.text() : "none").isEqualTo(contextPath);
        }
    }

    /** The connection goes on: nothing is wrong with it, and whoever probes "/" asks again. */
    @ParameterizedTest
    @ValueSource(strings = { "/application/x", "/" })
    void whatIsOutsideOfTheContextIsNotFound(String target) {
        try (RawClient client = application.connect()) {
            client.sendHead("GET " + target + " HTTP/1.1", "Host: localhost");
            RawResponse outside = client.readResponse();
            assertThat(outside.status()).isEqualTo(404);
            assertThat(outside.text()).isEqualTo("404 Not Found\n");
            client.sendHead("GET /app/x HTTP/1.1", "Host: localhost");
            assertThat(client.readResponse().status()).isEqualTo(200);
        }
    }
}
