package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import jakarta.servlet.MultipartConfigElement;

/** What a client gets wrong is answered with 4xx, and is no panic of the application's. */
class ClientMistakesTest {

    private static final Map<String, Web.Action> READERS = new LinkedHashMap<>();

    static {
        READERS.put("getParts", (q, r) -> q.getParts());
        READERS.put("getPart", (q, r) -> q.getPart("a"));
        READERS.put("getParameter", (q, r) -> q.getParameter("a"));
        READERS.put("getParameterMap", (q, r) -> q.getParameterMap());
        READERS.put("getReader", (q, r) -> q.getReader().lines().count());
        READERS.put("getInputStream", (q, r) -> q.getInputStream().readAllBytes());
        READERS.put("getPart.write", (q, r) -> {
            for (var part : q.getParts()) {
                part.write(part.getSubmittedFileName() == null ? "x" : part.getSubmittedFileName());
            }
        });
        READERS.put("fields", (q, r) -> {
            q.getCookies();
            q.getIntHeader("X-Number");
            q.getDateHeader("If-Modified-Since");
            q.getLocales();
        });
    }

    private static final String FORM = "application/x-www-form-urlencoded";

    private static final String PART = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n";

    private static final Map<String, String[]> MISTAKES = new LinkedHashMap<>();

    static {
        MISTAKES.put("no type", new String[] { "X-None: 1", "x" });
        MISTAKES.put("type is nothing", new String[] { "Content-Type: ;;=", "x" });
        MISTAKES.put("unknown charset", new String[] { "Content-Type: " + FORM + "; charset=nowhere", "a=1" });
        MISTAKES.put("illegal charset", new String[] { "Content-Type: " + FORM + "; charset=\"??\"", "a=1" });
        MISTAKES.put("multipart, unknown charset",
                new String[] { "Content-Type: multipart/form-data; boundary=b; charset=nowhere", PART });
        MISTAKES.put("percent", new String[] { "Content-Type: " + FORM, "a=%" });
        MISTAKES.put("percent without digits", new String[] { "Content-Type: " + FORM, "a=%zz" });
        MISTAKES.put("no UTF-8", new String[] { "Content-Type: " + FORM + "; charset=utf-8", "a=%ff" });
        MISTAKES.put("no boundary", new String[] { "Content-Type: multipart/form-data", PART });
        MISTAKES.put("empty boundary", new String[] { "Content-Type: multipart/form-data; boundary=\"\"", PART });
        MISTAKES.put("other boundary", new String[] { "Content-Type: multipart/form-data; boundary=c", PART });
        MISTAKES.put("cut", new String[] { "Content-Type: multipart/form-data; boundary=b", PART.substring(0, 50) });
        MISTAKES.put("empty", new String[] { "Content-Type: multipart/form-data; boundary=b", "" });
        MISTAKES.put("no disposition",
                new String[] { "Content-Type: multipart/form-data; boundary=b", "--b\r\n\r\n1\r\n--b--\r\n" });
        MISTAKES.put("field with an unknown charset", new String[] { "Content-Type: multipart/form-data; boundary=b",
            PART.replace("\r\n\r\n", "\r\nContent-Type: text/plain; charset=nowhere\r\n\r\n") });
        MISTAKES.put("file name leads out", new String[] { "Content-Type: multipart/form-data; boundary=b",
            PART.replace("\"a\"", "\"a\"; filename=\"../../out\"") });
        MISTAKES.put("mixed", new String[] { "Content-Type: multipart/mixed; boundary=b", PART });
        MISTAKES.put("mixed without boundary", new String[] { "Content-Type: multipart/mixed", PART });
        MISTAKES.put("mixed, cut",
                new String[] { "Content-Type: multipart/mixed; boundary=b", PART.substring(0, 50) });
        MISTAKES.put("number", new String[] { "X-Number: many", "x" });
        MISTAKES.put("huge number", new String[] { "X-Number: 99999999999999999999", "x" });
        MISTAKES.put("date", new String[] { "If-Modified-Since: yesterday", "x" });
        MISTAKES.put("cookie", new String[] { "Cookie: =;;\"", "x" });
        MISTAKES.put("locale", new String[] { "Accept-Language: ;q=,*-*", "x" });
        MISTAKES.put("bad chunk", new String[] { "Transfer-Encoding: chunked\r\nContent-Type: " + FORM, "zz\r\n" });
        MISTAKES.put("bad chunk of an upload", new String[] {
            "Transfer-Encoding: chunked\r\nContent-Type: multipart/form-data; boundary=b", "5\r\n--b\r\nzz\r\n" });
    }

    @TestFactory
    Iterable<DynamicTest> noMistakeOfAClientIsAPanic() {
        return READERS.entrySet().stream().flatMap(reader -> MISTAKES.entrySet().stream()
                .map(mistake -> DynamicTest.dynamicTest(reader.getKey() + ": " + mistake.getKey(),
                        () -> check(reader.getValue(), mistake.getValue()))))
                .toList();
    }

    private static void check(Web.Action reader, String[] mistake) throws Exception {
        try (Web web = upload(reader); RawClient client = web.client()) {
            String length = mistake[0].startsWith("Transfer-Encoding")
                    ? ""
                    : "Content-Length: " + mistake[1].length() + "\r\n";
            client.send("POST /upload HTTP/1.1\r\nHost: localhost\r\n" + length + mistake[0] + "\r\n\r\n" + mistake[1]);
            int status = client.readResponse().status();
            assertThat(web.panics).isEmpty();
            assertThat(status).satisfiesAnyOf(s -> assertThat(s).isEqualTo(200),
                    s -> assertThat(s).isBetween(400, 499));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "mixed", "related; type=\"text/xml\"", "alternative", "MIXED", "byteranges", "x-own" })
    void anyMultipartTypeHasItsPartsAndTheOthersArePassedOver(String type) throws Exception {
        try (Web web = upload((q, r) -> {
            // Before and after: the fields are parameters once the parts were asked for.
            String before = q.getParameter("a");
            String parts = q.getParts().stream().map(part -> part.getName()).collect(Collectors.joining(","));
            r.getWriter().print(before + " " + parts + " " + q.getParameter("a"));
        })) {
            String body = "--b\r\nContent-Type: application/http\r\n\r\nGET / HTTP/1.1\r\n\r\n\r\n"
                    + "--b\r\nContent-Disposition: attachment; filename=x\r\n\r\n1\r\n"
                    + "--b\r\nContent-Disposition: =;\r\n\r\n1\r\n" + PART;

            RawResponse response = web.post("/upload", "multipart/" + type + "; boundary=b", body);

            assertThat(response.status()).isEqualTo(200);
            assertThat(response.text()).isEqualTo("null a 1");
            assertThat(web.panics).isEmpty();
        }
    }

    @Test
    void aMultipartTypeWithoutPartsHasNone() throws Exception {
        try (Web web = upload((q, r) -> r.getWriter().print(q.getParts().size()))) {
            assertThat(web.post("/upload", "multipart/mixed; boundary=b", "no part").text()).isEqualTo("0");
            assertThat(web.post("/upload", "multipart/form-data; boundary=b", "").text()).isEqualTo("0");
            assertThat(web.post("/upload", "text/plain", "").status()).isEqualTo(415);
            assertThat(web.panics).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "filename=\"a.txt\"; filename*=UTF-8''b%20c.txt | b c.txt",
        "filename=\"a.txt\"; filename*=b.txt | a.txt", "filename=\"a.txt\"; filename*=UTF-8'b.txt | a.txt",
        "filename=\"a.txt\"; filename*=UTF-8''%zz | a.txt", "filename=\"a.txt\"; filename*=UTF-8''%f | a.txt",
        "filename=\"a.txt\"; filename*=UTF-8''%ff | a.txt", "filename=\"a.txt\"; filename*=UTF-7''b | a.txt",
        "filename=\"a.txt\"; filename*=''b | a.txt", "filename=\"a.txt\"; filename*=UTF-8''b%0d%0ac | a.txt",
        "filename=\"a.txt\"; filename*=UTF-8''b c | a.txt", "filename=\"a.txt\"; filename*= | a.txt",
        "filename=\"a.txt\"; filename* | a.txt", "filename=\"a.txt\"; filename*=\"UTF-8''b | a.txt",
        "filename=\"a.txt\"; filename*=\"x\" y | a.txt", "filename*=%; filename=\"a.txt\" | a.txt",
        "filename*=\"x\" y; filename=\"a.txt\" | a.txt", "filename*=\"x; filename=a.txt | a.txt",
        "filename=\"a.txt\"; other*=%zz | a.txt", "filename=\"a.txt\"; name*=%zz | a.txt",
        "filename=\"a.txt\"; filename*=%; filename*=UTF-8''%zz | a.txt",
        "filename*=UTF-8''a(b).txt | a(b).txt", "filename*=plain.txt | plain.txt",
        "filename*=UTF-8''a.txt; filename*=UTF-8''b.txt | a.txt" })
    void anExtendedParameterThatIsMalformedFailsNobodysUpload(String parameters, String name) throws Exception {
        try (Web web = upload((q, r) -> {
            var part = q.getPart("a");
            var spring = org.springframework.http.ContentDisposition.parse(part.getHeader("Content-Disposition"));
            r.setCharacterEncoding("UTF-8");
            r.getWriter().print(part.getSubmittedFileName() + "|" + spring.getFilename() + "|" + spring.getName());
        })) {
            RawResponse response = web.post("/upload", "multipart/form-data; boundary=b",
                    PART.replace("\"a\"", "\"a\"; " + parameters));

            assertThat(response.text()).isEqualTo(name + "|" + name + "|a");
            assertThat(web.panics).isEmpty();
        }
    }

    private static Web upload(Web.Action action) throws Exception {
        return Web.start(app -> app.servlet("/upload", action).setMultipartConfig(new MultipartConfigElement("")));
    }
}
