package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;

import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.filter.CharacterEncodingFilter;
import org.springframework.web.filter.ForwardedHeaderFilter;
import org.springframework.web.filter.RequestContextFilter;
import org.springframework.web.filter.ShallowEtagHeaderFilter;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.multipart.support.StandardServletMultipartResolver;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;

/** Spring MVC runs unmodified: what its controllers return in all its ways reaches the client. */
class SpringMvcTest {

    private static final AtomicReference<SseEmitter> EMITTER = new AtomicReference<>();

    private static final AtomicReference<Throwable> EMITTER_ERROR = new AtomicReference<>();

    private static final AtomicReference<DeferredResult<String>> DEFERRED = new AtomicReference<>();

    private static Path files;

    private static Web web;

    record Item(String name, int count) {
    }

    @RestController
    static class Items {

        @GetMapping("/items/{id}")
        Map<String, Object> item(@PathVariable String id, @RequestParam(defaultValue = "x") String q) {
            return Map.of("id", id + q);
        }

        @PostMapping("/items")
        Item create(@RequestBody Item item) {
            return new Item(item.name(), item.count() + 1);
        }

        @PostMapping("/upload")
        String upload(@RequestParam MultipartFile file, @RequestParam String note) throws IOException {
            return file.getOriginalFilename() + " " + file.getSize() + " " + note + " "
                    + new String(file.getBytes(), StandardCharsets.UTF_8);
        }

        @GetMapping("/callable")
        Callable<String> callable() {
            return () -> "from another thread";
        }

        @GetMapping("/deferred")
        DeferredResult<String> deferred() {
            DeferredResult<String> result = new DeferredResult<>();
            DEFERRED.set(result);
            return result;
        }

        @GetMapping("/late")
        DeferredResult<String> late() {
            return new DeferredResult<>(50L, "timed out");
        }

        @GetMapping("/toolate")
        DeferredResult<String> tooLate() {
            return new DeferredResult<>(50L);
        }

        @GetMapping("/sse")
        SseEmitter sse() {
            SseEmitter emitter = new SseEmitter(30_000L);
            emitter.onError(EMITTER_ERROR::set);
            EMITTER.set(emitter);
            return emitter;
        }

        @GetMapping("/stream")
        StreamingResponseBody stream() {
            return out -> {
                for (int i = 0; i < 5; i++) {
                    out.write(("line " + i + "\n").getBytes(StandardCharsets.UTF_8));
                    out.flush();
                }
            };
        }

        @GetMapping("/session")
        String session(HttpSession session) {
            Integer count = (Integer) session.getAttribute("count");
            session.setAttribute("count", count == null ? 1 : count + 1);
            return "count " + session.getAttribute("count");
        }

        @GetMapping("/bad")
        String bad() {
            throw new IllegalArgumentException("handled");
        }

        @GetMapping("/panic")
        String panic() {
            throw new IllegalStateException("not handled");
        }

        @GetMapping("/where")
        String where(HttpServletRequest request) {
            return request.getScheme() + " " + request.getServerName() + " " + request.getContextPath();
        }

        @GetMapping("/error")
        String error(HttpServletRequest request) {
            return "error page " + request.getAttribute("jakarta.servlet.error.status_code");
        }
    }

    @RestControllerAdvice
    static class Advice {

        @ExceptionHandler
        ProblemDetail handle(IllegalArgumentException e) {
            return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, e.getMessage());
        }
    }

    @Configuration
    @EnableWebMvc
    static class Config implements WebMvcConfigurer {

        @Bean
        StandardServletMultipartResolver multipartResolver() {
            return new StandardServletMultipartResolver();
        }

        @Override
        public void addResourceHandlers(ResourceHandlerRegistry registry) {
            registry.addResourceHandler("/files/**").addResourceLocations(files.toUri().toString());
        }
    }

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        files = directory;
        Files.writeString(directory.resolve("hello.txt"), "hello static world");
        web = Web.start(b -> b.errorPage("/error"), app -> {
            AnnotationConfigWebApplicationContext spring = new AnnotationConfigWebApplicationContext();
            spring.register(Config.class, Items.class, Advice.class);
            CharacterEncodingFilter utf8 = new CharacterEncodingFilter("UTF-8");
            DispatcherType[] all = DispatcherType.values();
            app.filter("forwarded", "/*", new ForwardedHeaderFilter(), DispatcherType.REQUEST, all);
            app.filter("encoding", "/*", utf8, DispatcherType.REQUEST, all);
            app.filter("context", "/*", new RequestContextFilter(), DispatcherType.REQUEST, all);
            app.filter("etag", "/items/*", new ShallowEtagHeaderFilter(), DispatcherType.REQUEST, all);
            var dispatcher = app.context().addServlet("dispatcher", new DispatcherServlet(spring));
            dispatcher.addMapping("/");
            dispatcher.setAsyncSupported(true);
            dispatcher.setLoadOnStartup(1);
            dispatcher.setMultipartConfig(new MultipartConfigElement("", 1 << 20, 1 << 20, 1024));
        });
    }

    @AfterAll
    static void stop() {
        web.close();
    }

    @Test
    void jsonOutWithAShallowEtag() {
        RawResponse response = web.get("/items/7?q=%C3%A4");
        assertThat(response.text()).isEqualTo("{\"id\":\"7ä\"}");
        assertThat(response.header("Content-Type")).contains("application/json");
        String tag = response.header("ETag").orElseThrow();
        assertThat(web.get("/items/7?q=%C3%A4", "If-None-Match: " + tag).status()).isEqualTo(304);
    }

    @Test
    void jsonInAndOut() {
        RawResponse response = web.post("/items", "application/json", "{\"name\":\"ü\",\"count\":1}");
        assertThat(response.text()).isEqualTo("{\"name\":\"ü\",\"count\":2}");
    }

    @Test
    void headHasTheLengthAndNoBody() {
        RawResponse response = web.send("HEAD", "/items/7");
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.header("Content-Length")).contains("11");
    }

    @Test
    void multipartUpload() {
        String body = "--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nnote\r\n"
                + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n"
                + "Content-Type: text/plain\r\n\r\ncontent\r\n--b--\r\n";
        assertThat(web.post("/upload", "multipart/form-data; boundary=b", body).text())
                .isEqualTo("a.txt 7 note content");
    }

    @Test
    void callableRunsOnAnotherThread() {
        assertThat(web.get("/callable").text()).isEqualTo("from another thread");
    }

    @Test
    void deferredResultIsDispatched() {
        try (RawClient client = web.client()) {
            DEFERRED.set(null);
            client.sendHead("GET /deferred HTTP/1.1", "Host: localhost");
            Await.until("the controller has run", () -> DEFERRED.get() != null);
            DEFERRED.get().setResult("deferred");
            assertThat(client.readResponse().text()).isEqualTo("deferred");
        }
    }

    @Test
    void deferredResultTimesOutWithItsValue() {
        assertThat(web.get("/late").text()).isEqualTo("timed out");
    }

    @Test
    void deferredResultWithoutAValueTimesOutWith503() {
        RawResponse response = web.get("/toolate");
        assertThat(response.status()).isEqualTo(503);
    }

    @Test
    void eventsArriveAsTheyAreSent() throws Exception {
        try (RawClient client = web.client()) {
            EMITTER.set(null);
            client.sendHead("GET /sse HTTP/1.1", "Host: localhost");
            Await.until("the controller has run", () -> EMITTER.get() != null);
            EMITTER.get().send("one");
            assertThat(client.readUntil("data:one\n\n")).contains("text/event-stream");
            EMITTER.get().send("two");
            assertThat(client.readUntil("data:two\n\n")).isNotEmpty();
            EMITTER.get().complete();
            assertThat(client.readUntil("0\r\n\r\n")).isNotEmpty();
        }
    }

    @Test
    void emitterLearnsThatItsClientLeft() {
        try (RawClient client = web.client()) {
            EMITTER.set(null);
            EMITTER_ERROR.set(null);
            client.sendHead("GET /sse HTTP/1.1", "Host: localhost");
            Await.until("the controller has run", () -> EMITTER.get() != null);
            client.reset();
            Await.until("onError was called", () -> EMITTER_ERROR.get() != null);
            assertThat(web.panics).doesNotContain(EMITTER_ERROR.get());
        }
    }

    @Test
    void bodyStreams() {
        assertThat(web.get("/stream").text()).isEqualTo("line 0\nline 1\nline 2\nline 3\nline 4\n");
    }

    @Test
    void sessionIsKept() {
        RawResponse first = web.get("/session");
        assertThat(first.text()).isEqualTo("count 1");
        String cookie = first.header("Set-Cookie").orElseThrow();
        assertThat(cookie).startsWith("JSESSIONID=").contains("; Path=/").contains("; HttpOnly");
        assertThat(web.get("/session", "Cookie: " + cookie.substring(0, cookie.indexOf(';'))).text())
                .isEqualTo("count 2");
    }

    @Test
    void adviceAnswersWithAProblem() {
        RawResponse response = web.get("/bad");
        assertThat(response.status()).isEqualTo(400);
        assertThat(response.header("Content-Type")).contains(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
    }

    @Test
    void unhandledExceptionIsAPanicWithAnErrorPage() {
        RawResponse response = web.get("/panic");
        assertThat(response.status()).isEqualTo(500);
        assertThat(response.text()).isEqualTo("error page 500");
        Await.until("the panic is reported", () -> web.panics.stream()
                .anyMatch(e -> "not handled".equals(e.getMessage())));
    }

    @Test
    void unknownPathIsAnsweredByTheErrorPage() {
        RawResponse response = web.get("/unknown/path");
        assertThat(response.status()).isEqualTo(404);
        assertThat(response.text()).isEqualTo("error page 404");
    }

    @Test
    void resourceHandlerServesFilesWithRanges() {
        assertThat(web.get("/files/hello.txt").text()).isEqualTo("hello static world");
        RawResponse part = web.get("/files/hello.txt", "Range: bytes=6-11");
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.text()).isEqualTo("static");
    }

    @Test
    void forwardedHeadersAreTakenByTheFilter() {
        assertThat(web.get("/where", "X-Forwarded-Proto: https", "X-Forwarded-Host: example.org",
                "X-Forwarded-Prefix: /pre").text()).isEqualTo("https example.org /pre");
    }

    @Test
    void asyncDispatchWorksBehindAForwardedPrefix() {
        assertThat(web.get("/callable", "X-Forwarded-Prefix: /pre").text()).isEqualTo("from another thread");
    }
}
