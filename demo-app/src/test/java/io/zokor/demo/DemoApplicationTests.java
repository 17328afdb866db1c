package io.zokor.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

import io.zokor.spring.boot.ZokorWebServer;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;

/** The whole application, over Zokor and through real sockets. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = {
    "spring.servlet.multipart.max-file-size=25MB",
    "management.defaults.metrics.export.enabled=true" })
@ExtendWith(OutputCaptureExtension.class)
class DemoApplicationTests {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @LocalServerPort
    private int port;

    @Autowired
    private ServletWebServerApplicationContext context;

    private final HttpClient client = HttpClient.newHttpClient();

    /** What a client of the chat has heard. */
    private record Listener(List<String> heard) implements WebSocket.Listener {

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            heard.add(data.toString());
            socket.request(1);
            return null;
        }
    }

    private WebSocket chatting(List<String> heard) {
        return client.newWebSocketBuilder().buildAsync(URI.create("ws://localhost:" + port + "/api/chat"),
                new Listener(heard)).join();
    }

    @Test
    void twoTalkInTheChatAndTheLiveViewShowsThem() throws Exception {
        List<String> first = new CopyOnWriteArrayList<>();
        List<String> second = new CopyOnWriteArrayList<>();
        WebSocket one = chatting(first);
        Await.until("one is there", () -> first.contains("1 here"));
        WebSocket two = chatting(second);
        Await.until("both are there", () -> first.contains("2 here") && second.contains("2 here"));
        one.sendText("hello", true).join();
        Await.until("both hear it", () -> first.contains("> hello") && second.contains("> hello"));
        HttpResponse<String> view = client.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/actuator/zokor")).build(),
                HttpResponse.BodyHandlers.ofString());
        List<String> paths = JsonPath.read(view.body(), "$.servers.main.webSockets[*].path");
        assertThat(paths).containsExactly("/api/chat", "/api/chat");
        two.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
        Await.until("one is left", () -> first.getLast().equals("1 here"));
        one.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
    }

    @Test
    void zokorServes() {
        assertThat(context.getWebServer()).isInstanceOf(ZokorWebServer.class);
    }

    @Test
    void pageAndItsFiles() {
        HttpResponse<String> page = get("/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/html").doesNotContain("8859"));
        assertThat(page.body()).contains("<title>Zokor demo</title>");
        List<String> files = Pattern.compile("(?:src|href)=\"([^/\"][^\"]*)\"").matcher(page.body()).results()
                .map(match -> match.group(1)).distinct().toList();
        assertThat(files).contains("app.css", "app.js", "charts.js", "icon.svg").noneMatch(file -> file.contains(":"));
        for (String file : files) {
            assertThat(get("/" + file).statusCode()).as(file).isEqualTo(200);
        }
    }

    @Test
    void historyGrowsAndHasNoRunningRequests() {
        // Those of before the application has started know no connections yet.
        Await.until("two snapshots with connections",
                () -> JsonPath.<List<Object>>read(get("/api/history").body(), "$[*].connections.idle").size() >= 2);
        String history = get("/api/history").body();
        assertThat(JsonPath.<List<Object>>read(history, "$[*].running[*]")).isEmpty();
    }

    @Test
    void createdItemIsFoundAndListed() {
        HttpResponse<String> created = post("/api/items", """
                {"title": "  Servlet 6.1 ", "link": "https://jakarta.ee/specifications/servlet/6.1/"}""");
        assertThat(created.statusCode()).isEqualTo(201);
        String location = created.headers().firstValue("Location").orElseThrow();
        HttpResponse<String> found = get(URI.create(location).getPath());
        assertThat(found.statusCode()).isEqualTo(200);
        assertThat(found.body()).isEqualTo(created.body());
        assertThat(JsonPath.<String>read(found.body(), "$.title")).isEqualTo("Servlet 6.1");
        assertThat(JsonPath.<List<String>>read(get("/api/items").body(), "$[*].title")).contains("Servlet 6.1");
    }

    @Test
    void itemIsChangedAndRemoved() {
        String created = post("/api/items", "{\"title\": \"To be removed\"}").body();
        String path = "/api/items/" + JsonPath.<Integer>read(created, "$.id");
        HttpResponse<String> changed = send(request(path).header("Content-Type", "application/json").method("PATCH",
                BodyPublishers.ofString("{\"done\": true}")));
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(JsonPath.<Boolean>read(changed.body(), "$.done")).isTrue();
        assertThat(send(request(path).DELETE()).statusCode()).isEqualTo(204);
        assertThat(get(path).statusCode()).isEqualTo(404);
    }

    @Test
    void listIsPaged() {
        String all = get("/api/items").body();
        List<Integer> ids = JsonPath.read(all, "$[*].id");
        assertThat(JsonPath.<List<Integer>>read(get("/api/items?limit=1").body(), "$[*].id")).hasSize(1);
        assertThat(JsonPath.<List<Integer>>read(get("/api/items?before=" + ids.getFirst()).body(), "$[*].id"))
                .allMatch(id -> id < ids.getFirst());
    }

    @Test
    void invalidItemIsAProblem() {
        HttpResponse<String> refused = post("/api/items", "{\"title\": \" \", \"link\": \"javascript:alert(1)\"}");
        assertProblem(refused, 400);
        assertThat(JsonPath.<List<String>>read(refused.body(), "$.errors[*].field")).containsExactlyInAnyOrder("title",
                "link");
    }

    @Test
    void malformedJsonIsAProblem() {
        assertProblem(post("/api/items", "{"), 400);
    }

    @Test
    void missingItemIsAProblem() {
        assertProblem(get("/api/items/999999"), 404);
    }

    @Test
    void unknownPathIsAProblem() {
        assertProblem(get("/api/nothing"), 404);
    }

    @Test
    void wrongMethodIsAProblem() {
        HttpResponse<String> refused = send(request("/api/items").DELETE());
        assertProblem(refused, 405);
        assertThat(refused.headers().firstValue("Allow")).isPresent();
    }

    @Test
    void uploadIsAnsweredWithItsFingerprint() throws Exception {
        byte[] content = bytes(20 * 1024 * 1024);
        HttpResponse<String> answer = upload(content);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(JsonPath.<Integer>read(answer.body(), "$.size")).isEqualTo(content.length);
        assertThat(JsonPath.<String>read(answer.body(), "$.sha256"))
                .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content)));
        assertThat(JsonPath.<String>read(answer.body(), "$.name")).isEqualTo("noise.bin");
    }

    @Test
    void tooLargeUploadIsAProblem() {
        assertProblem(upload(bytes(26 * 1024 * 1024)), 413);
    }

    @Test
    void streamSendsEventsAsTheyCome() throws Exception {
        HttpResponse<InputStream> stream = client.send(request("/api/stream").build(), BodyHandlers.ofInputStream());
        assertThat(stream.statusCode()).isEqualTo(200);
        assertThat(stream.headers().firstValue("Content-Type")).hasValueSatisfying(
                type -> assertThat(type).startsWith("text/event-stream"));
        // The stream has no end: whoever reads two events has read them while it ran.
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            List<String> data = new ArrayList<>();
            List<String> ids = new ArrayList<>();
            while (data.size() < 2) {
                String line = lines.readLine();
                assertThat(line).isNotNull();
                if (line.startsWith("data:")) {
                    data.add(line.substring("data:".length()));
                } else if (line.startsWith("id:")) {
                    ids.add(line.substring("id:".length()));
                }
            }
            assertThat(ids).containsExactly("0", "1");
            assertThat(JsonPath.<Integer>read(data.get(1), "$.active")).isPositive();
            assertThat(JsonPath.<Integer>read(data.get(1), "$.connections.active")).isPositive();
            assertThat(JsonPath.<List<String>>read(data.get(1), "$.running[*].path")).contains("/api/stream");
        }
    }

    @Test
    void panicIsAnsweredLoggedAndCountedAndHarmsNobodyElse(CapturedOutput output) {
        long before = panics();
        try (RawClient other = RawClient.connect(port)) {
            assertThat(other.get("/api/items?limit=1").status()).isEqualTo(200);
            HttpResponse<String> answer = get("/api/panic");
            assertThat(answer.statusCode()).isEqualTo(500);
            assertThat(answer.body()).doesNotContain("on purpose", "Exception");
            assertThat(other.get("/api/items?limit=1").status()).isEqualTo(200);
        }
        Await.until("the panic is counted", () -> panics() == before + 1);
        assertThat(output).contains("panic serving ", "java.lang.IllegalStateException: a panic on purpose",
                "at io.zokor.demo.trouble.TroubleController.panic");
    }

    @Test
    void slowRequestRunsOnItsConnectionsVirtualThread() {
        HttpResponse<String> answer = get("/api/slow?ms=1");
        assertThat(JsonPath.<Boolean>read(answer.body(), "$.virtual")).isTrue();
        assertThat(JsonPath.<String>read(answer.body(), "$.thread")).startsWith("zokor-");
    }

    @Test
    void slownessIsLimited() {
        assertProblem(get("/api/slow?ms=-1"), 400);
    }

    @Test
    void prometheusHasTheServersMetrics() {
        assertThat(metrics()).contains("zokor_accept_retries_total{server=\"main\"} 0.0", "zokor_connections{",
                "zokor_connections_accepted_total{server=\"main\"}", "zokor_requests_active{server=\"main\"}",
                "zokor_requests_queued{server=\"main\"}", "state=\"active\"");
    }

    @Test
    void rejectedRequestIsCounted() {
        try (RawClient raw = RawClient.connect(port)) {
            assertThat(raw.send("GET / HTTP/1.1\r\n\r\n").readResponse().status()).isEqualTo(400);
        }
        Await.until("the rejection is counted",
                () -> metrics().lines().anyMatch(line -> line.startsWith("zokor_requests_rejected_total{")
                        && line.contains("reason=\"host\"") && line.contains("status=\"400\"")));
    }

    @Test
    void healthHasProbes() {
        assertThat(get("/actuator/health/liveness").body()).contains("\"UP\"");
        assertThat(get("/actuator/health/readiness").body()).contains("\"UP\"");
    }

    // ---- requests

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).timeout(PATIENCE);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> get(String path) {
        return send(request(path));
    }

    private HttpResponse<String> post(String path, String json) {
        return send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)));
    }

    private HttpResponse<String> upload(byte[] content) {
        byte[] head = """
                --parts\r
                Content-Disposition: form-data; name="file"; filename="noise.bin"\r
                Content-Type: application/octet-stream\r
                \r
                """.getBytes(StandardCharsets.US_ASCII);
        byte[] tail = "\r\n--parts--\r\n".getBytes(StandardCharsets.US_ASCII);
        return send(request("/api/uploads").header("Content-Type", "multipart/form-data; boundary=parts")
                .POST(BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(
                        () -> new SequenceInputStream(new ByteArrayInputStream(head), new SequenceInputStream(
                                new ByteArrayInputStream(content), new ByteArrayInputStream(tail)))),
                        (long) head.length + content.length + tail.length)));
    }

    private String metrics() {
        return get("/actuator/prometheus").body();
    }

    private long panics() {
        return metrics().lines().filter(line -> line.startsWith("zokor_panics_total{"))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private static void assertProblem(HttpResponse<String> response, int status) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(JsonPath.<Integer>read(response.body(), "$.status")).isEqualTo(status);
    }
}
