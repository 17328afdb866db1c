package io.zokor.spring.accesslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import io.zokor.http.AbortHandlerException;
import io.zokor.http.Handler;
import io.zokor.http.Request;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The access log of a server: requests over a socket, lines out. */
class AccessLogTests {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final AtomicInteger dropped = new AtomicInteger();
    private final Handler handler = (request, response) -> {
        switch (request.path()) {
            case "/echo" -> response.write(new String(request.body().readAllBytes()));
            case "/panic" -> throw new IllegalStateException("boom");
            case "/abort" -> {
                response.write("half");
                response.flush();
                throw new AbortHandlerException();
            }
            default -> response.write("hello");
        }
    };
    private AccessLog log;
    private TestServer server;

    private final class Lines implements LogTarget {

        @Override
        public boolean isEnabled() {
            return true;
        }

        @Override
        public void write(String line, AccessLogEntry entry) {
            lines.add(line);
        }
    }

    private void start(String format) {
        start(format, request -> request.connection().remoteAddress());
    }

    private void start(String format, Function<Request, SocketAddress> client) {
        log = new AccessLog("main", AccessLogFormat.parse(format), client, null, dropped::incrementAndGet, new Lines(),
                100);
        log.start();
        server = TestServer.builder(handler).listener(log).start();
    }

    @AfterEach
    void end() {
        if (server != null) {
            server.close();
            log.close();
        }
    }

    private String lineFor(String wire) {
        try (RawClient client = server.client()) {
            client.send(wire);
            client.shutdownOutput();
            client.readAll();
        }
        Await.until("a line", () -> !lines.isEmpty());
        log.flush();
        assertThat(lines).hasSize(1);
        return lines.getFirst();
    }

    @Test
    void commonFormat() {
        start("common");
        assertThat(lineFor("GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n")).matches(
                "127\\.0\\.0\\.1 - - \\[\\d\\d/[A-Z][a-z]{2}/\\d{4}:\\d\\d:\\d\\d:\\d\\d [+-]\\d{4}] "
                        + "\"GET /a\\?b=c HTTP/1\\.1\" 200 5");
    }

    @Test
    void combinedFormat() {
        start("combined");
        assertThat(lineFor("GET /a HTTP/1.1\r\nHost: x\r\nReferer: http://y/\r\nUser-Agent: test \"1\"\r\n\r\n"))
                .endsWith("\"GET /a HTTP/1.1\" 200 5 \"http://y/\" \"test \\\"1\\\"\"");
    }

    @Test
    void jsonFormat() {
        start("json");
        String line = lineFor("POST /echo?q HTTP/1.1\r\nHost: x\r\nUser-Agent: \"t\"\r\ntraceparent: 00-" + TRACE
                + "-b7ad6b7169203331-01\r\nContent-Length: 3\r\n\r\nabc");
        assertThat(line).matches("\\{\"time\":\"\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z\",\"zokor.server\":\"main\","
                + "\"client.address\":\"127.0.0.1\",\"source.address\":\"127.0.0.1\",\"http.request.method\":\"POST\","
                + "\"url.path\":\"/echo\",\"url.query\":\"q\",\"http.version\":\"1.1\",\"url.domain\":\"x\","
                + "\"user_agent.original\":\"\\\\\"t\\\\\"\",\"trace.id\":\"" + TRACE
                + "\",\"http.response.status_code\":200,\"http.request.body.bytes\":3,\"http.response.body.bytes\":3,"
                + "\"event.duration\":\\d+,\"zokor.first_byte\":\\d+,\"zokor.connection\":1,\"zokor.request\":1,"
                + "\"zokor.outcome\":\"completed\"}");
    }

    @Test
    void aPatternOfOnesOwn() {
        start("%m %U%q %H %v %>s %B %I %{X-A}i %{server}z %{connection}z/%{request}z %{outcome}z %{close}z %{tls}z %%");
        assertThat(lineFor("POST /echo HTTP/1.1\r\nHost: x:1\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 2\r\n\r\nab"))
                .isEqualTo("POST /echo HTTP/1.1 x:1 200 2 2 1, 2 main 1/1 completed - - %");
    }

    @Test
    void timesInEachUnit() {
        start("%D %T %{ms}T %{us}F %F %{iso}t %{trace}z");
        assertThat(lineFor("GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
                .matches("\\d+ \\d+ \\d+ \\d+ \\d+ \\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z -");
    }

    @Test
    void requestsOfAConnectionAreNumbered() {
        start("%{connection}z/%{request}z %U");
        try (RawClient client = server.client()) {
            client.get("/1");
            client.get("/2");
        }
        Await.until("both lines", () -> lines.size() == 2);
        assertThat(lines).containsExactly("1/1 /1", "1/2 /2");
    }

    @Test
    void aRefusedRequestHasALine() {
        start("common");
        assertThat(lineFor("GET / HTTP/1.1\r\n\r\n"))
                .matches("127\\.0\\.0\\.1 - - \\[.*] \"GET / HTTP/1\\.1\" 400 \\d+");
    }

    /** As much as could be read, whatever was wrong with it; nothing of its fields. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            GET /a?b=c HTTP/1.1~~                          | GET /a?b=c HTTP/1.1
            GET /secret HTTP/1.1~Host: a~Bad Field: x~~    | GET /secret HTTP/1.1
            GET /a HTTP/1.1~Host: a~Host: b~~              | GET /a HTTP/1.1
            POST /b HTTP/1.1~Host: a~Content-Length: x~~   | POST /b HTTP/1.1
            GET /a b HTTP/1.1~Host: a~~                    | GET /a b HTTP/1.1
            GET /a HTTP/2.0~Host: a~~                      | GET /a HTTP/2.0
            GET a HTTP/1.1~Host: a~~                       | GET a HTTP/1.1
            GET~Host: a~~                                  | GET
            GET /\u0001 HTTP/1.1~Host: a~~                | GET /\\x01 HTTP/1.1
            """)
    void aRefusedRequestsLineAsFarAsItCouldBeRead(String wire, String expected) {
        start("%r");
        assertThat(lineFor(wire.replace("~", "\r\n"))).isEqualTo(expected);
    }

    @Test
    void bytesThatAreNoRequestAreShownEscaped() {
        start("%r");
        assertThat(lineFor("\u0016\u0003\u0001 hello\r\n\r\n")).isEqualTo("\\x16\\x03\\x01 hello");
    }

    @Test
    void aRefusedRequestsLineIsBounded() {
        start("%r %s");
        assertThat(lineFor("GET /" + "\u00e9".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
                .isEqualTo("GET /" + "\\xe9".repeat(251) + " 414");
    }

    @Test
    void aRefusedRequestsLineInJson() {
        start("json");
        assertThat(lineFor("GET /\"a\u001b[31m HTTP/1.1\r\nHost: x\r\n\r\n"))
                .contains("\"zokor.refused_line\":\"GET /\\\"a\\u001b[31m HTTP/1.1\"")
                .contains("\"http.response.status_code\":400");
    }

    @Test
    void anotherServersLinesHaveItsNameAndTakeNoTrace() {
        TraceIds traces = new TraceIds();
        log = new AccessLog("main", AccessLogFormat.parse("%{server}z %{connection}z/%{request}z %{trace}z"),
                request -> request.connection().remoteAddress(), traces, dropped::incrementAndGet, new Lines(), 100);
        log.start();
        traces.note("1-1", TRACE);
        server = TestServer.builder(handler).listener(log).start();
        try (TestServer other = TestServer.builder(handler).listener(log.of("main-redirect")).start()) {
            other.client().get("/");
            Await.until("the redirect's line", () -> lines.size() == 1);
            server.client().get("/");
            Await.until("both lines", () -> lines.size() == 2);
        }
        assertThat(lines).containsExactly("main-redirect 1/1 -", "main 1/1 " + TRACE);
    }

    @Test
    void aRefusedRequestTellsWhy() {
        start("%s %{outcome}z %{rejected}z %{close}z");
        assertThat(lineFor("GET / HTTP/1.1\r\n\r\n")).isEqualTo("400 rejected host protocol-error");
    }

    @Test
    void aPanicHasALine() {
        start("%s %{outcome}z %{close}z");
        assertThat(lineFor("GET /panic HTTP/1.1\r\nHost: x\r\n\r\n")).isEqualTo("500 panic app-abort");
    }

    @Test
    void aCutResponseHasALine() {
        start("%s %b %{outcome}z %{close}z");
        try (RawClient client = server.client()) {
            client.send("GET /abort HTTP/1.1\r\nHost: x\r\n\r\n");
            Await.until("a line", () -> !lines.isEmpty());
        }
        assertThat(lines).containsExactly("200 4 aborted app-abort");
    }

    @Test
    void theForwardedClientBesideThePeer() {
        start("%h %a", request -> new InetSocketAddress("192.0.2.7", 0));
        assertThat(lineFor("GET / HTTP/1.1\r\nHost: x\r\n\r\n")).isEqualTo("192.0.2.7 127.0.0.1");
    }

    /** CVE-2025-55754: what a client sends must neither forge lines nor reach a terminal. */
    @ParameterizedTest
    @ValueSource(strings = { "combined", "json", "%r %{User-Agent}i %{Referer}i" })
    void controlCharactersAreEscaped(String format) {
        start(format);
        String line = lineFor(
                "GET /%0d%0aforged%1b[31m HTTP/1.1\r\nHost: x\r\nUser-Agent: a\tb\u00c2\u009b31m\u00e2\u0080\u00a8"
                        + "\r\nReferer: \u00ff\"\\\r\n\r\n");
        assertThat(line).matches("[\\x20-\\x7e]+");
    }

    @ParameterizedTest
    @ValueSource(strings = { "\r\nforged", "\u001b[31m", "\n" })
    void rawControlCharactersInARequestGiveOneCleanLine(String attack) {
        start("combined");
        assertThat(lineFor("GET /" + attack + " HTTP/1.1\r\nHost: x\r\nUser-Agent: " + attack + "\r\n\r\n"))
                .matches("[\\x20-\\x7e]+").contains(" 400 ");
    }

    @Test
    void noControlCharacterSurvivesEscaping() {
        StringBuilder text = new StringBuilder();
        StringBuilder json = new StringBuilder();
        for (int c = 0; c < 0x3000; c++) {
            Escaped.addText(text, String.valueOf((char) c));
            Escaped.addJson(json, String.valueOf((char) c));
        }
        assertThat(text.toString()).matches("[\\x20-\\x7e]+");
        assertThat(json.toString()).matches("[\\x20-\\x7e]+");
    }

    @Test
    void aMalformedTraceparentIsNoTrace() {
        start("%{trace}z");
        assertThat(
                lineFor("GET / HTTP/1.1\r\nHost: x\r\ntraceparent: 00-" + TRACE.toUpperCase() + "-b7ad6b7169203331-01"
                        + "\r\n\r\n"))
                .isEqualTo("-");
    }

    @Test
    void aFullQueueDropsAndCounts() {
        CountDownLatch release = new CountDownLatch(1);
        LogTarget blocked = new LogTarget() {
            @Override
            public boolean isEnabled() {
                return true;
            }

            @Override
            public void write(String line, AccessLogEntry entry) {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                lines.add(line);
            }
        };
        log = new AccessLog("main", AccessLogFormat.parse("%U"), request -> request.connection().remoteAddress(), null,
                dropped::incrementAndGet, blocked, 2);
        log.start();
        server = TestServer.builder(handler).listener(log).start();
        try (RawClient client = server.client()) {
            for (int i = 0; i < 10; i++) {
                assertThat(client.get("/" + i).status()).isEqualTo(200);
            }
        }
        Await.until("lines are dropped", () -> dropped.get() >= 7);
        release.countDown();
        Await.until("the rest is written", () -> lines.size() + dropped.get() == 10);
    }

    @Test
    void closingWritesWhatIsLeftAndEndsTheThread() {
        start("%U");
        try (RawClient client = server.client()) {
            for (int i = 0; i < 50; i++) {
                client.get("/" + i);
            }
        }
        server.close();
        log.close();
        assertThat(lines).hasSize(50);
        Await.until("the thread ends", () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("zokor-main-access-log")));
    }

    @ParameterizedTest
    @ValueSource(strings = { "off", "OFF", "false", " off " })
    void offIsNone(String format) {
        assertThat(AccessLogFormat.parse(format)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "apache", "%", "%h %{", "%{Referer", "%y", "%{x}z", "%{m}T", "%{dd}t", "%{a}q" })
    void whatIsNoFormatIsRefused(String format) {
        assertThatIllegalArgumentException().isThrownBy(() -> AccessLogFormat.parse(format))
                .withMessageContaining("access log");
    }
}
