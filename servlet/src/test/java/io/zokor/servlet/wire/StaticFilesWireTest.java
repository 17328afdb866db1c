package io.zokor.servlet.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

/** The default servlet on the wire. */
class StaticFilesWireTest {

    @TempDir
    private Path root;

    private Application application;

    @BeforeEach
    void start() throws Exception {
        Files.createDirectories(root.resolve("dir/WEB-INF"));
        Files.createDirectories(root.resolve("WEB-INF"));
        Files.writeString(root.resolve("WEB-INF/web.xml"), "secret");
        Files.writeString(root.resolve("dir/index.html"), "welcome");
        Files.writeString(root.resolve("digits.txt"), "0123456789");
        Files.write(root.resolve("large.bin"), new byte[1_000_000]);
        application = Application
                .start(builder -> builder.contextPath("/app").registerDefaultServlet(true).documentRoot(root)
                        .welcomeFiles(List.of("index.html")).errorPage(418, "/digits.txt")
                        .initializer(Application.servlet("/include", (request, response) -> {
                            response.getWriter().print("before ");
                            request.getRequestDispatcher("/digits.txt").include(request, response);
                        })).initializer(Application.servlet("/forward",
                                (request, response) -> request.getRequestDispatcher("/digits.txt").forward(request,
                                        response)))
                        .initializer(Application.servlet("/error", (request, response) -> response.sendError(418)))
                        .initializer(Application.servlet("/missing",
                                (request, response) -> request.getRequestDispatcher("/none").include(request,
                                        response))));
    }

    @AfterEach
    void stop() {
        application.close();
    }

    @Test
    void aFileComesWithItsLengthTypeAndValidators() {
        RawResponse response = application.get("/app/digits.txt");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.text()).isEqualTo("0123456789");
        assertThat(response.header("Content-Length")).hasValue("10");
        assertThat(response.header("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain"));
        assertThat(response.header("ETag")).isPresent();
        assertThat(response.header("Last-Modified")).isPresent();
    }

    @Test
    void aHeadHasNoBody() {
        RawResponse response = application.send("HEAD /app/digits.txt HTTP/1.1", "Host: localhost");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.header("Content-Length")).hasValue("10");
    }

    @Test
    void aLargeFileComesWholeAndTheConnectionGoesOn() {
        try (RawClient client = application.connect()) {
            assertThat(client.get("/app/large.bin").body()).hasSize(1_000_000);
            assertThat(client.get("/app/digits.txt").text()).isEqualTo("0123456789");
        }
    }

    @Test
    void aRangeOfALargeFile() {
        RawResponse response = application.send("GET /app/large.bin HTTP/1.1", "Host: localhost",
                "Range: bytes=100-200099");

        assertThat(response.status()).isEqualTo(206);
        assertThat(response.body()).hasSize(200_000);
        assertThat(response.header("Content-Range")).hasValue("bytes 100-200099/1000000");
    }

    @Test
    void whatTheClientHasIs304WithoutABody() {
        String etag = application.get("/app/digits.txt").header("ETag").orElseThrow();
        try (RawClient client = application.connect()) {
            RawResponse response = client
                    .sendHead("GET /app/digits.txt HTTP/1.1", "Host: localhost", "If-None-Match: " + etag)
                    .readResponse();
            assertThat(response.status()).isEqualTo(304);
            assertThat(response.header("ETag")).hasValue(etag);
            assertThat(client.get("/app/digits.txt").status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({ "bytes=10-, 416", "bytes=0-1, 206", "bytes=0-1;x, 200" })
    void ranges(String range, int status) {
        assertThat(application.send("GET /app/digits.txt HTTP/1.1", "Host: localhost", "Range: " + range).status())
                .isEqualTo(status);
    }

    @Test
    void aDirectoryIsRedirectedAndShowsItsWelcomeFile() {
        assertThat(application.get("/app/dir?a=b").header("Location"))
                .hasValueSatisfying(location -> assertThat(location).endsWith("/app/dir/?a=b"));
        assertThat(application.get("/app/dir/").text()).isEqualTo("welcome");
    }

    /** CVE-2018-11784. */
    @Test
    void theRedirectStaysOnTheHost() {
        assertThat(application.get("//evil.example/../app/dir").header("Location"))
                .hasValueSatisfying(location -> assertThat(location).matches("(http://localhost)?/app/dir/"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "/app/WEB-INF/web.xml", "/app/WEB-INF/", "/app/web-inf/web.xml",
        "/app/dir/../WEB-INF/web.xml",
        "/app//WEB-INF/web.xml", "/app/WEB-INF;x/web.xml", "/app/%57EB-INF/web.xml", "/app/none", "/app/" })
    void isNotThere(String target) {
        RawResponse response = application.get(target);

        assertThat(response.status()).isEqualTo(404);
        assertThat(response.text()).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = { "POST", "PUT", "DELETE", "PATCH" })
    void isReadOnly(String method) {
        RawResponse response = application.send(method + " /app/digits.txt HTTP/1.1", "Host: localhost",
                "Content-Length: 0");

        assertThat(response.status()).isEqualTo(405);
        assertThat(response.header("Allow")).hasValue("GET, HEAD, OPTIONS");
    }

    @Test
    void isIncludedAndForwardedTo() {
        assertThat(application.get("/app/include").text()).isEqualTo("before 0123456789");
        assertThat(application.send("POST /app/forward HTTP/1.1", "Host: localhost", "Content-Length: 0").text())
                .isEqualTo("0123456789");
    }

    @Test
    void isAnErrorPageForAnyMethod() {
        RawResponse response = application.send("DELETE /app/error HTTP/1.1", "Host: localhost", "Content-Length: 0",
                "Range: bytes=0-1");

        assertThat(response.status()).isEqualTo(418);
        assertThat(response.text()).isEqualTo("0123456789");
    }

    /** Servlet 6.1 section 9.3: FileNotFoundException, and 500 where nobody catches it. */
    @Test
    void anIncludeOfWhatIsNotThereIs500() {
        assertThat(application.get("/app/missing").status()).isEqualTo(500);
    }
}
