package io.zokor.servlet.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;

/** Servlet 6.1 sections 9.3 and 10.10, RFC 9110 sections 13 and 14, CVE-2018-11784, CVE-2025-24813. */
class DefaultServletTest {

    private static final String DIGITS = "0123456789";

    private static final String MODIFIED = "Wed, 04 Mar 2026 05:06:07 GMT";

    @TempDir
    private Path root;

    private ResourceResolver resolver;

    private final List<String> sent = new ArrayList<>();

    private final Map<String, ServletRegistration> registrations = new HashMap<>();

    private DefaultServlet servlet;

    @BeforeEach
    void make() throws IOException, ServletException {
        Archives.directory(root, "welcome/index.html", "other/home.htm", "empty/x.txt", "sp ace/index.html",
                "WEB-INF/web.xml");
        Files.writeString(root.resolve("digits.txt"), DIGITS);
        Files.setLastModifiedTime(root.resolve("digits.txt"), FileTime.from(Instant.parse("2026-03-04T05:06:07.500Z")));
        Files.write(root.resolve("large.bin"), new byte[100_000]);
        Files.writeString(root.resolve("nothing"), "");
        resolver = new ResourceResolver(root, List.of(), 0);
        servlet = new DefaultServlet(resolver, name -> name.endsWith(".txt") ? "text/plain" : null,
                List.of("index.html", "home.htm", "start.do"), (request, response, file, offset, length) -> {
                    sent.add(file.getFileName() + " " + offset + " " + length);
                    return true;
                });
        ServletContext context = ServletCall.proxy(ServletContext.class,
                (method, arguments) -> method.equals("getContextPath") ? "/app" : registrations);
        servlet.init(ServletCall.proxy(ServletConfig.class,
                (method, arguments) -> method.equals("getServletContext") ? context : null));
    }

    @AfterEach
    void close() {
        resolver.close();
    }

    @Test
    void servesAFile() throws Exception {
        ServletCall call = ServletCall.of("GET", "/digits.txt").run(servlet);

        assertThat(call.status).isEqualTo(200);
        assertThat(call.body()).isEqualTo(DIGITS);
        assertThat(call.headers).containsEntry("Content-Type", "text/plain").containsEntry("Content-Length", "10")
                .containsEntry("Last-Modified", MODIFIED).containsEntry("Accept-Ranges", "bytes");
        assertThat(call.headers.get("ETag")).matches("W/\"[0-9a-f-]+\"");
    }

    @Test
    void aHeadHasTheFieldsOfAGetAndNoContent() throws Exception {
        ServletCall get = ServletCall.of("GET", "/digits.txt").run(servlet);
        ServletCall head = ServletCall.of("HEAD", "/digits.txt").header("Range", "bytes=0-1").run(servlet);

        assertThat(head.headers).isEqualTo(get.headers);
        assertThat(head.status).isEqualTo(200);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void servesAnEmptyFileOfUnknownType() throws Exception {
        ServletCall call = ServletCall.of("GET", "/nothing").run(servlet);

        assertThat(call.headers).containsEntry("Content-Length", "0").doesNotContainKey("Content-Type");
    }

    @ParameterizedTest
    @ValueSource(strings = { "/none", "/WEB-INF/web.xml", "/web-inf/web.xml", "/WEB-INF/", "/WEB-INF", "/../x",
        "/empty/",
        "/digits.txt/" })
    void whatIsNotThereOrClosedIs404(String path) throws Exception {
        assertThat(ServletCall.of("GET", path).run(servlet).status).isEqualTo(404);
    }

    @Test
    void thePathInfoCountsToo() throws Exception {
        assertThat(ServletCall.of("GET", "/welcome").pathInfo("/index.html").run(servlet).body())
                .isEqualTo("welcome/index.html");
    }

    @ParameterizedTest
    @ValueSource(strings = { "POST", "PUT", "DELETE", "PATCH", "TRACE", "FOO" })
    void onlyReads(String method) throws Exception {
        ServletCall call = ServletCall.of(method, "/digits.txt").run(servlet);

        assertThat(call.status).isEqualTo(405);
        assertThat(call.headers).containsEntry("Allow", "GET, HEAD, OPTIONS");
    }

    @Test
    void tellsItsMethods() throws Exception {
        ServletCall call = ServletCall.of("OPTIONS", "/digits.txt").run(servlet);

        assertThat(call.status).isEqualTo(200);
        assertThat(call.headers).containsExactlyInAnyOrderEntriesOf(
                Map.of("Allow", "GET, HEAD, OPTIONS", "Content-Length", "0"));
    }

    /** RFC 9110 section 14.5. */
    @Test
    void aPartialPutIs400() throws Exception {
        assertThat(ServletCall.of("PUT", "/digits.txt").header("Content-Range", "bytes 0-1/10").run(servlet).status)
                .isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            bytes=2-4  | 234  | bytes 2-4/10
            bytes=7-   | 789  | bytes 7-9/10
            bytes=-2   | 89   | bytes 8-9/10
            bytes=0-99 | 0123456789 | bytes 0-9/10
            bytes=1-2,50-60 | 12 | bytes 1-2/10
            """)
    void servesARange(String range, String content, String contentRange) throws Exception {
        ServletCall call = ServletCall.of("GET", "/digits.txt").header("Range", range).run(servlet);

        assertThat(call.status).isEqualTo(206);
        assertThat(call.body()).isEqualTo(content);
        assertThat(call.headers).containsEntry("Content-Range", contentRange)
                .containsEntry("Content-Length", String.valueOf(content.length()))
                .containsEntry("Content-Type", "text/plain");
    }

    @Test
    void servesSeveralRanges() throws Exception {
        ServletCall call = ServletCall.of("GET", "/digits.txt").header("Range", "bytes=0-1,-3").run(servlet);

        String type = call.headers.get("Content-Type");
        assertThat(call.status).isEqualTo(206);
        assertThat(type).startsWith("multipart/byteranges; boundary=");
        assertThat(call.body().replace(type.substring(type.indexOf('=') + 1), "B")).isEqualTo("""
                --B
                Content-Type: text/plain
                Content-Range: bytes 0-1/10

                01
                --B
                Content-Type: text/plain
                Content-Range: bytes 7-9/10

                789
                --B--
                """.replace("\n", "\r\n"));
        assertThat(call.headers).containsEntry("Content-Length", String.valueOf(call.body().length()))
                .doesNotContainKey("Content-Range");
    }

    @Test
    void aRangeBeyondTheEndIs416() throws Exception {
        ServletCall call = ServletCall.of("GET", "/digits.txt").header("Range", "bytes=10-").run(servlet);

        assertThat(call.status).isEqualTo(416);
        assertThat(call.headers).containsEntry("Content-Range", "bytes */10");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            Range         | lines=1-2
            Range         | bytes=2-1
            If-Range      | "x"
            If-Range      | Wed, 04 Mar 2026 05:06:08 GMT
            """)
    void aRangeThatDoesNotCountIsTheWhole(String name, String value) throws Exception {
        ServletCall call = ServletCall.of("GET", "/digits.txt");
        if (!name.equals("Range")) {
            call.header("Range", "bytes=0-1");
        }

        assertThat(call.header(name, value).run(servlet).status).isEqualTo(200);
        assertThat(call.body()).isEqualTo(DIGITS);
    }

    @Test
    void aRangeCountsUnderTheDateOfTheFile() throws Exception {
        assertThat(ServletCall.of("GET", "/digits.txt").header("Range", "bytes=0-1").header("If-Range", MODIFIED)
                .run(servlet).status).isEqualTo(206);
    }

    @Test
    void whatTheClientHasIs304() throws Exception {
        String etag = ServletCall.of("GET", "/digits.txt").run(servlet).headers.get("ETag");

        ServletCall call = ServletCall.of("GET", "/digits.txt").header("If-None-Match", "\"x\"")
                .header("If-None-Match", etag).header("Range", "bytes=0-1").run(servlet);

        assertThat(call.status).isEqualTo(304);
        assertThat(call.body()).isEmpty();
        assertThat(call.headers).containsExactlyInAnyOrderEntriesOf(Map.of("ETag", etag, "Last-Modified", MODIFIED));
    }

    @Test
    void theEntityTagChangesWithTheFile() throws Exception {
        String etag = ServletCall.of("GET", "/digits.txt").run(servlet).headers.get("ETag");
        Files.writeString(root.resolve("digits.txt"), DIGITS + "x");

        assertThat(ServletCall.of("GET", "/digits.txt").header("If-None-Match", etag).run(servlet).status)
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            If-Modified-Since   | Wed, 04 Mar 2026 05:06:07 GMT | 304
            If-Modified-Since   | Wed, 04 Mar 2026 05:06:06 GMT | 200
            If-Unmodified-Since | Wed, 04 Mar 2026 05:06:07 GMT | 200
            If-Unmodified-Since | Wed, 04 Mar 2026 05:06:06 GMT | 412
            If-Match            | *                             | 200
            If-Match            | "x"                           | 412
            """)
    void evaluatesConditions(String name, String value, int status) throws Exception {
        assertThat(ServletCall.of("GET", "/digits.txt").header(name, value).run(servlet).status).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({ "/welcome, /app/welcome/", "/welcome?a=b&c, /app/welcome/?a=b&c", "/sp ace, /app/sp%20ace/" })
    void aDirectoryIsRedirectedToItsSlash(String path, String location) throws Exception {
        ServletCall call = ServletCall.of("GET", path).run(servlet);

        assertThat(call.status).isEqualTo(302);
        assertThat(call.headers).containsEntry("Location", location);
    }

    @ParameterizedTest
    @CsvSource({ "/welcome/, forward /welcome/index.html", "/other/, forward /other/home.htm",
        "/sp ace/, forward /sp%20ace/index.html" })
    void aDirectoryIsItsFirstWelcomeFile(String path, String forward) throws Exception {
        assertThat(ServletCall.of("GET", path).run(servlet).dispatched).containsExactly(forward);
    }

    @ParameterizedTest
    @CsvSource({ "*.do, true", "/empty/start.do, true", "/empty/*, true", "/, false", "/*, false", "*.da, false" })
    void aWelcomeFileMayBeAServlet(String pattern, boolean served) throws Exception {
        registrations.put("s", ServletCall.proxy(ServletRegistration.class,
                (method, arguments) -> method.equals("getMappings") ? List.of(pattern) : "s"));

        ServletCall call = ServletCall.of("GET", "/empty/").run(servlet);

        assertThat(call.dispatched.contains("forward /empty/start.do")
                || call.dispatched.contains("forward /empty/index.html")).isEqualTo(served);
        assertThat(call.status).isEqualTo(served ? 200 : 404);
    }

    @ParameterizedTest
    @CsvSource({ "FORWARD, POST", "ERROR, POST", "ERROR, DELETE", "ASYNC, GET" })
    void otherDispatchesComeWithAnyMethod(DispatcherType dispatch, String method) throws Exception {
        assertThat(ServletCall.of(method, "/digits.txt").dispatch(dispatch).run(servlet).body()).isEqualTo(DIGITS);
    }

    @Test
    void anErrorPageKnowsNoConditionsAndNoRanges() throws Exception {
        ServletCall call = ServletCall.of("GET", "/digits.txt").dispatch(DispatcherType.ERROR)
                .header("If-None-Match", "*").header("Range", "bytes=0-1");
        call.status = 500;
        call.run(servlet);

        assertThat(call.status).isEqualTo(500);
        assertThat(call.body()).isEqualTo(DIGITS);
    }

    @Test
    void anIncludeAddsOnlyContent() throws Exception {
        ServletCall call = ServletCall.of("POST", "/page").dispatch(DispatcherType.INCLUDE)
                .attribute(RequestDispatcher.INCLUDE_SERVLET_PATH, "/digits.txt").header("Range", "bytes=0-1")
                .run(servlet);

        assertThat(call.body()).isEqualTo(DIGITS);
        assertThat(call.headers).isEmpty();
    }

    @Test
    void anIncludeGoesToTheWriterThatIsInUse() throws Exception {
        ServletCall call = ServletCall.of("GET", "/page").dispatch(DispatcherType.INCLUDE)
                .attribute(RequestDispatcher.INCLUDE_SERVLET_PATH, "").attribute(RequestDispatcher.INCLUDE_PATH_INFO,
                        "/digits.txt");
        call.writerInUse = true;
        call.writer.print("before ");

        assertThat(call.run(servlet).body()).isEqualTo("before " + DIGITS);
    }

    /** Servlet 6.1 section 9.3. */
    @Test
    void anIncludeOfWhatIsNotThereThrows() {
        ServletCall call = ServletCall.of("GET", "/page").dispatch(DispatcherType.INCLUDE)
                .attribute(RequestDispatcher.INCLUDE_SERVLET_PATH, "/none");

        assertThatExceptionOfType(FileNotFoundException.class).isThrownBy(() -> call.run(servlet));
    }

    @Test
    void aLargeFileGoesToTheSender() throws Exception {
        ServletCall.of("GET", "/large.bin").run(servlet);
        ServletCall.of("GET", "/large.bin").header("Range", "bytes=10-70000").run(servlet);
        ServletCall.of("GET", "/large.bin").header("Range", "bytes=10-20").run(servlet);
        ServletCall.of("HEAD", "/large.bin").run(servlet);

        assertThat(sent).containsExactly("large.bin 0 100000", "large.bin 10 69991");
    }
}
