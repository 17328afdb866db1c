package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.zokor.config.Limits;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.ServletConnection;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;

/** Servlet 6.1 chapter 3: the request. */
class RequestTest {

    private static final String FORM = "application/x-www-form-urlencoded";

    private static final Web.Action PARAMETERS = (q, r) -> {
        r.setCharacterEncoding("UTF-8");
        r.getWriter().print(q.getParameterMap().entrySet().stream()
                .map(e -> e.getKey() + "=" + String.join(",", e.getValue())).collect(Collectors.joining(" ")));
    };

    @Test
    void queryComesBeforeForm() throws Exception {
        try (Web web = Web.serving(PARAMETERS)) {
            assertThat(web.get("/?a=1&b=x%20y+z&a=2&c&=e&%C3%A4=%E2%82%AC").text())
                    .isEqualTo("a=1,2 b=x y z c= =e ä=€");
            assertThat(web.post("/?a=1", FORM, "a=2&b=3").text()).isEqualTo("a=1,2 b=3");
        }
    }

    @Test
    void formWithoutEncodingIsLatin1AsTheSpecificationSays() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/plain", PARAMETERS);
            app.servlet("/utf8", (q, r) -> {
                q.setCharacterEncoding("UTF-8");
                PARAMETERS.run(q, r);
            });
        })) {
            assertThat(web.post("/plain", FORM, "a=%E4").text()).isEqualTo("a=ä");
            assertThat(web.post("/plain", FORM + ";charset=UTF-8", "a=%C3%A4").text()).isEqualTo("a=ä");
            assertThat(web.post("/utf8", FORM, "a=%C3%A4").text()).isEqualTo("a=ä");
        }
    }

    @Test
    void formOfAnotherMethodStaysInTheBody() throws Exception {
        try (Web web = Web.serving((q, r) -> r.getWriter()
                .print(q.getParameter("a") + " " + new String(q.getInputStream().readAllBytes())));
                RawClient client = web.client()) {
            client.send("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + FORM
                    + "\r\nContent-Length: 3\r\n\r\na=1");
            assertThat(client.readResponse().text()).isEqualTo("null a=1");
        }
    }

    @Test
    void malformedParametersAre400() throws Exception {
        try (Web web = Web.serving(PARAMETERS)) {
            assertThat(web.post("/", FORM, "a=%zz").status()).isEqualTo(400);
            assertThat(web.post("/", FORM, "a=%4").status()).isEqualTo(400);
            assertThat(web.get("/?a=%FF").status()).isEqualTo(400);
            assertThat(web.panics).isEmpty();
        }
    }

    @Test
    void limitsOfParametersFormsAndCookies() throws Exception {
        Limits limits = Limits.defaults().with(v -> v.maxParameters(3).maxFormSize(20).maxCookies(2));
        AtomicReference<String> message = new AtomicReference<>();
        try (Web web = Web.start(b -> b.limits(() -> limits), app -> {
            app.servlet("/p", (q, r) -> {
                try {
                    PARAMETERS.run(q, r);
                } catch (IllegalStateException e) {
                    message.set(e.getMessage());
                    throw e;
                }
            });
            app.servlet("/c", (q, r) -> r.getWriter().print(q.getCookies().length));
        })) {
            assertThat(web.get("/p?a&b&c").status()).isEqualTo(200);
            assertThat(web.get("/p?a&b&c&d").status()).isEqualTo(400);
            assertThat(message.get()).contains("zokor.limits.max-parameters");
            assertThat(web.post("/p", FORM, "a=" + "x".repeat(18)).status()).isEqualTo(200);
            assertThat(web.post("/p", FORM, "a=" + "x".repeat(19)).status()).isEqualTo(413);
            assertThat(message.get()).contains("zokor.limits.max-form-size");
            assertThat(web.get("/c", "Cookie: a=1; b=2").text()).isEqualTo("2");
            assertThat(web.get("/c", "Cookie: a=1; b=2; c=3").status()).isEqualTo(400);
        }
    }

    @Test
    void cookiesByRfc6265() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            Cookie[] cookies = q.getCookies();
            r.getWriter().print(cookies == null ? "none"
                    : Stream.of(cookies).map(c -> c.getName() + "=" + c.getValue()).collect(Collectors.joining("|")));
        })) {
            assertThat(web.get("/").text()).isEqualTo("none");
            assertThat(web.get("/", "Cookie: a=1; b=\"q x\";c=; $Version=1; bad name=2; =3; d=x=y").text())
                    .isEqualTo("a=1|b=\"q x\"|c=|$Version=1|d=x=y");
        }
    }

    @Test
    void localesByPreference() throws Exception {
        try (Web web = Web.serving((q, r) -> r.getWriter()
                .print(Collections.list(q.getLocales()).stream().map(Object::toString)
                        .collect(Collectors.joining(" "))))) {
            assertThat(web.get("/", "Accept-Language: fr;q=0.5, de-CH, en;q=0.9, it;q=0, *;q=0.1").text())
                    .isEqualTo("de_CH en fr");
            assertThat(web.get("/").text()).isEqualTo(java.util.Locale.getDefault().toString());
        }
    }

    /** One bad member must not cost the others, nor the request its answer. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            de,,en                | de en
            de;q=2, en            | en
            en_US, de;q=x, fr     | fr
            abcdefghij, de        | de
            de;level=1, en;q=0.5  | de en
            he                    | he
            """)
    void aLocaleThatCannotBeReadIsPassedOver(String accepted, String locales) throws Exception {
        try (Web web = Web.serving((q, r) -> r.getWriter()
                .print(Collections.list(q.getLocales()).stream().map(Object::toString)
                        .collect(Collectors.joining(" "))))) {
            assertThat(web.get("/", "Accept-Language: " + accepted).text()).isEqualTo(locales);
        }
    }

    @Test
    void fieldsAsNumbersAndDates() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            assertThat(q.getIntHeader("N")).isEqualTo(17);
            assertThat(q.getIntHeader("None")).isEqualTo(-1);
            org.assertj.core.api.Assertions.assertThatExceptionOfType(NumberFormatException.class)
                    .isThrownBy(() -> q.getIntHeader("D"));
            assertThat(q.getDateHeader("D")).isEqualTo(784111777000L);
            assertThat(q.getDateHeader("None")).isEqualTo(-1);
            assertThatIllegalArgumentException().isThrownBy(() -> q.getDateHeader("N"));
            assertThat(Collections.list(q.getHeaders("M"))).containsExactly("1", "2");
        })) {
            assertThat(web.get("/", "N: 17", "D: Sun, 06 Nov 1994 08:49:37 GMT", "M: 1", "m: 2").status())
                    .isEqualTo(200);
        }
    }

    @Test
    void addressesAndIdentity() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            assertThat(q.getServerName()).isEqualTo("example.org");
            assertThat(q.getServerPort()).isEqualTo(8081);
            assertThat(q.getRequestURL()).hasToString("http://example.org:8081/a%20b");
            assertThat(q.getRemoteAddr()).isEqualTo("127.0.0.1");
            assertThat(q.getRemotePort()).isPositive();
            assertThat(q.getLocalPort()).isPositive();
            assertThat(q.getRequestId()).isNotEmpty();
            assertThat(q.getProtocolRequestId()).isEmpty();
            ServletConnection connection = q.getServletConnection();
            assertThat(connection.getProtocol()).isEqualTo("http/1.1");
            assertThat(connection.getConnectionId()).isNotEmpty();
            assertThat(connection.isSecure()).isFalse();
            assertThat(q.getProtocol()).isEqualTo("HTTP/1.1");
        }); RawClient client = web.client()) {
            client.sendHead("GET /a%20b HTTP/1.1", "Host: example.org:8081");
            assertThat(client.readResponse().status()).isEqualTo(200);
            assertThat(web.panics).isEmpty();
        }
    }

    @Test
    void streamOrReaderButNotBoth() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/reader", (q, r) -> {
                String line = q.getReader().readLine();
                assertThatIllegalStateException().isThrownBy(q::getInputStream);
                r.setCharacterEncoding("UTF-8");
                r.getWriter().print(line);
            });
            app.servlet("/stream", (q, r) -> {
                q.getInputStream();
                assertThatIllegalStateException().isThrownBy(q::getReader);
            });
        })) {
            assertThat(web.post("/reader", "text/plain;charset=utf-8", "zeile ä\n").text()).isEqualTo("zeile ä");
            assertThat(web.post("/stream", "text/plain", "x").status()).isEqualTo(200);
        }
    }

    @Test
    void trailersAfterTheBody() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            boolean before = q.isTrailerFieldsReady();
            q.getInputStream().readAllBytes();
            r.getWriter().print(before + " " + q.getTrailerFields());
        }); RawClient client = web.client()) {
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
                    + "Checksum: abc\r\n\r\n");
            assertThat(client.readResponse().text()).isEqualTo("false {checksum=abc}");
        }
    }

    @Test
    void loginIsLeftToTheApplication() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            assertThat(q.getUserPrincipal()).isNull();
            assertThat(q.isUserInRole("any")).isFalse();
            q.logout();
            org.assertj.core.api.Assertions.assertThatExceptionOfType(ServletException.class)
                    .isThrownBy(() -> q.login("a", "b"));
        })) {
            assertThat(web.get("/").status()).isEqualTo(200);
        }
    }

    private static final String BODY = "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n\r\n"
            + "content\r\n--b\r\nContent-Disposition: form-data; name=\"p\"\r\n\r\nvalue\r\n--b--\r\n";

    @Test
    void partsAndParametersOfMultipart() throws Exception {
        try (Web web = Web.start(app -> app.servlet("/up", (q, r) -> {
            r.getWriter().print(q.getParameter("p") + " " + q.getPart("f").getSubmittedFileName() + " "
                    + new String(q.getPart("f").getInputStream().readAllBytes()) + " " + q.getParts().size() + " "
                    + q.getPart("none"));
        }).setMultipartConfig(new MultipartConfigElement("")))) {
            assertThat(web.post("/up", "multipart/form-data; boundary=b", BODY).text())
                    .isEqualTo("value a.txt content 2 null");
        }
    }

    @Test
    void partsNeedAConfigurationAndTheRightType() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/none", (q, r) -> assertThatIllegalStateException().isThrownBy(q::getParts));
            app.servlet("/up", (q, r) -> org.assertj.core.api.Assertions
                    .assertThatExceptionOfType(ServletException.class).isThrownBy(q::getParts))
                    .setMultipartConfig(new MultipartConfigElement(""));
        })) {
            assertThat(web.post("/none", "multipart/form-data; boundary=b", BODY).status()).isEqualTo(200);
            assertThat(web.post("/up", "text/plain", "x").status()).isEqualTo(200);
        }
    }

    @Test
    void uploadsBeyondALimitAre413AndLeaveNoFile(@TempDir Path directory) throws Exception {
        try (Web web = Web.start(b -> b.temporaryDirectory(directory), app -> app.servlet("/up", (q, r) -> {
            q.getParts();
        }).setMultipartConfig(new MultipartConfigElement("", 5, -1, 0)))) {
            RawResponse response = web.post("/up", "multipart/form-data; boundary=b", BODY);
            assertThat(response.status()).isEqualTo(413);
            assertThat(web.panics).isEmpty();
            assertNoFiles(directory);
        }
    }

    private static void assertNoFiles(Path directory) {
        Await.until("no file is left", () -> {
            try (Stream<Path> files = Files.list(directory)) {
                return files.findAny().isEmpty();
            } catch (java.io.IOException e) {
                return false;
            }
        });
    }

    @Test
    void abortedUploadsLeaveNoFile(@TempDir Path directory) throws Exception {
        try (Web web = Web.start(b -> b.temporaryDirectory(directory), app -> app.servlet("/up", (q, r) -> {
            q.getParts();
        }).setMultipartConfig(new MultipartConfigElement("", -1, -1, 0)))) {
            for (int i : IntStream.range(0, 50).toArray()) {
                try (RawClient client = web.client()) {
                    client.send(
                            "POST /up HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n"
                                    + "Content-Length: 100000\r\n\r\n" + BODY.substring(0, 60 + i));
                    client.reset();
                }
            }
            Await.until("all requests are over", () -> web.container.activeRequests() == 0);
            assertNoFiles(directory);
            assertThat(web.panics).isEmpty();
        }
    }

    @Test
    void partsOfACompletedRequestAreDeleted(@TempDir Path directory) throws Exception {
        try (Web web = Web.start(b -> b.temporaryDirectory(directory), app -> app.servlet("/up", (q, r) -> {
            q.getParts();
            try (Stream<Path> files = Files.list(directory)) {
                r.getWriter().print(files.count() > 0);
            }
        }).setMultipartConfig(new MultipartConfigElement("", -1, -1, 0)))) {
            assertThat(web.post("/up", "multipart/form-data; boundary=b", BODY).text()).isEqualTo("true");
            assertNoFiles(directory);
        }
    }

    @Test
    void attributesOfTlsAreAbsentWithoutIt() throws Exception {
        try (Web web = Web.serving((q, r) -> assertThat(List.of("cipher_suite", "key_size"))
                .allMatch(name -> q.getAttribute("jakarta.servlet.request." + name) == null))) {
            assertThat(web.get("/").status()).isEqualTo(200);
        }
    }
}
