package io.zokor.spring.boot.reactive;

import static io.zokor.spring.boot.reactive.ReactiveServer.buffer;
import static io.zokor.spring.boot.reactive.ReactiveServer.send;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import io.zokor.config.Limits;
import io.zokor.config.Timeouts;
import io.zokor.event.ExchangeOutcome;
import io.zokor.http.RejectReason;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Subscription;
import org.springframework.boot.web.server.Compression;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseCookie;
import org.springframework.http.ZeroCopyHttpOutputMessage;
import org.springframework.http.server.reactive.HttpHandler;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** The adapter's rules on the wire, without an application around it. */
class ZokorHttpHandlerAdapterTests {

    private ReactiveServer server;

    @TempDir
    Path directory;

    @AfterEach
    void end() {
        if (server != null) {
            server.close();
        }
    }

    private RawClient start(HttpHandler handler) {
        server = ReactiveServer.of(handler);
        return server.connect();
    }

    private static HttpHandler echo() {
        return (request, response) -> response
                .writeAndFlushWith(request.getBody().map(Mono::just));
    }

    private static Flux<DataBuffer> lines(int count) {
        return Flux.range(0, count).map(i -> buffer("line " + i + "\n"));
    }

    // ---- request

    @Test
    void theHeadOfARequestIsHandedOn() {
        try (RawClient client = start(ReactiveServer.text(request -> request.getMethod() + " " + request.getURI() + " "
                + request.getPath().value() + " " + request.getQueryParams().getFirst("a") + " "
                + request.getHeaders().get("x-two") + " " + request.getCookies().getFirst("c").getValue() + " "
                + request.getCookies().getFirst("d").getValue() + " " + request.getRemoteAddress().getPort() + " "
                + request.getLocalAddress().getPort() + " " + request.getSslInfo()))) {
            client.sendHead("PATCH /p%20q?a=b%26c HTTP/1.1", "Host: example.org:81", "X-Two: 1", "X-Two: 2",
                    "Cookie: c=v; d=\"w\"; =nameless; alone");
            assertThat(client.readResponse().text())
                    .isEqualTo(
                            "PATCH http://example.org:81/p%20q?a=b%26c /p%20q b&c [1, 2] v \"w\" " + client.localPort()
                                    + " " + server.port() + " null");
        }
    }

    @Test
    void aRequestWithoutHostHasTheAddressItCameTo() {
        try (RawClient client = start(ReactiveServer.text(request -> request.getURI().toString()))) {
            client.send("GET /x HTTP/1.0\r\n\r\n");
            assertThat(client.readAll()).endsWith("http://127.0.0.1:" + server.port() + "/x");
        }
    }

    @Test
    void whatAUriDoesNotTakeOfAQueryIsEncoded() {
        try (RawClient client = start(ReactiveServer.text(request -> request.getURI().getRawQuery() + " "
                + request.getQueryParams().getFirst("b") + " " + request.getQueryParams().getFirst("c[0]")))) {
            client.sendHead("GET /a?b=|{x}^`&c[0]=%7b HTTP/1.1", "Host: x");
            assertThat(client.readResponse().text()).isEqualTo("b=%7C%7Bx%7D%5E%60&c[0]=%7b |{x}^` {");
        }
    }

    @Test
    void cookiesBeyondTheLimitAreAnsweredWith400() {
        server = ReactiveServer.of(WebHandlers.withErrors(ReactiveServer.text(
                request -> String.valueOf(request.getCookies().size()))),
                factory -> factory
                        .setLimits(Limits.defaults().with(v -> v.maxCookies(2))));
        try (RawClient client = server.connect()) {
            client.sendHead("GET /two HTTP/1.1", "Host: x", "Cookie: a=1; b=2");
            assertThat(client.readResponse().text()).isEqualTo("2");
            client.sendHead("GET / HTTP/1.1", "Host: x", "Cookie: a=1; b=2", "Cookie: c=3");
            assertThat(client.readResponse().status()).isEqualTo(400);
        }
        assertRejected(RejectReason.CONTENT);
    }

    @Test
    void requestsOfOneConnectionHaveIdsOfTheirOwn() {
        try (RawClient client = start(ReactiveServer.text(request -> request.getId()))) {
            String first = client.get("/").text();
            String second = client.get("/").text();
            assertThat(first).endsWith("-1");
            assertThat(second).endsWith("-2");
        }
    }

    // ---- response

    @Test
    void aShortAnswerHasItsLength() {
        try (RawClient client = start(ReactiveServer.text(request -> "hello"))) {
            RawResponse response = client.get("/");
            assertThat(response.text()).isEqualTo("hello");
            assertThat(response.framing()).isEqualTo(RawResponse.Framing.LENGTH);
        }
    }

    @Test
    void statusFieldsAndCookiesAreSent() {
        try (RawClient client = start((request, response) -> {
            response.setStatusCode(HttpStatus.ACCEPTED);
            response.getHeaders().add("X-A", "1");
            response.getHeaders().add("X-A", "2");
            response.addCookie(ResponseCookie.from("n", "v").path("/").sameSite("Lax").partitioned(true).build());
            return response.setComplete();
        })) {
            RawResponse response = client.get("/");
            assertThat(response.status()).isEqualTo(202);
            assertThat(response.headers("X-A")).containsExactly("1", "2");
            assertThat(response.headers("Set-Cookie")).containsExactly("n=v; Path=/; Partitioned; SameSite=Lax");
            assertThat(client.get("/").status()).isEqualTo(202);
        }
    }

    @Test
    void aFieldThatCannotBeSentIsAnError() {
        server = ReactiveServer.web((request, response) -> {
            response.getHeaders().add("X-A", "a\r\nX-B: b");
            return send(response, "never");
        });
        try (RawClient client = server.connect()) {
            RawResponse response = client.get("/");
            assertThat(response.status()).isEqualTo(500);
            assertThat(response.hasHeader("X-B")).isFalse();
        }
    }

    @Test
    void theAnswerToHeadHasLengthButNoBody() {
        try (RawClient client = start(ReactiveServer.text(request -> "hello"))) {
            client.sendHead("HEAD / HTTP/1.1", "Host: x");
            assertThat(client.readHeadResponse().header("Content-Length")).contains("5");
            assertThat(client.get("/").text()).isEqualTo("hello");
        }
    }

    @Test
    void eachFlushOfAStreamReachesTheClientAtOnce() {
        Sinks.Many<String> events = Sinks.many().unicast().onBackpressureBuffer();
        try (RawClient client = start((request, response) -> response
                .writeAndFlushWith(events.asFlux().map(event -> Mono.just(buffer(event)))))) {
            client.sendHead("GET / HTTP/1.1", "Host: x");
            for (int i = 0; i < 5; i++) {
                events.tryEmitNext("event " + i + "\n").orThrow();
                client.readUntil("event " + i + "\n");
            }
            events.tryEmitComplete();
            client.readUntil("0\r\n\r\n");
            assertThat(client.get("/").status()).isEqualTo(500); // a unicast sink has one subscriber in its life
        }
    }

    @Test
    void whatIsWrittenWithoutFlushDoesNotWaitForMore() {
        Sinks.Many<DataBuffer> parts = Sinks.many().unicast().onBackpressureBuffer();
        try (RawClient client = start((request, response) -> response.writeWith(parts.asFlux()))) {
            client.sendHead("GET / HTTP/1.1", "Host: x");
            parts.tryEmitNext(buffer("first")).orThrow();
            client.readUntil("first");
            parts.tryEmitComplete();
            client.readUntil("0\r\n\r\n");
        }
    }

    @Test
    void aFileIsSentAsItIs() throws Exception {
        Path file = Files.write(directory.resolve("file"),
                "0123456789".repeat(50_000).getBytes(StandardCharsets.US_ASCII));
        try (RawClient client = start((request, response) -> {
            response.getHeaders().setContentLength(Files.exists(file) ? 300_000 : 0);
            return ((ZeroCopyHttpOutputMessage) response).writeWith(file, 5, 300_000);
        })) {
            String body = client.get("/").text();
            assertThat(body).hasSize(300_000).startsWith("56789").endsWith("01234");
            Files.delete(file);
            assertThat(client.get("/").status()).isEqualTo(500);
        }
    }

    @Test
    void responsesAreCompressed() {
        server = ReactiveServer.of((request, response) -> {
            response.getHeaders().setContentType(MediaType.TEXT_PLAIN);
            return response.writeWith(lines(1000));
        }, factory -> {
            Compression compression = new Compression();
            compression.setEnabled(true);
            factory.setCompression(compression);
        });
        try (RawClient client = server.connect()) {
            client.sendHead("GET / HTTP/1.1", "Host: x", "Accept-Encoding: gzip");
            assertThat(client.readResponse().header("Content-Encoding")).contains("gzip");
            assertThat(client.get("/").text()).endsWith("line 999\n");
        }
    }

    // ---- bodies

    @Test
    void aBodyIsEchoedWhileItComes() {
        try (RawClient client = start(echo())) {
            client.sendHead("POST / HTTP/1.1", "Host: x", "Transfer-Encoding: chunked");
            for (int i = 0; i < 20; i++) {
                client.send("7\r\npiece" + (char) ('a' + i) + "\n\r\n");
                client.readUntil("piece" + (char) ('a' + i) + "\n");
            }
            client.send("0\r\n\r\n");
            client.readUntil("0\r\n\r\n");
            assertThat(client.post("/", "text/plain", "again".getBytes(StandardCharsets.US_ASCII)).text())
                    .isEqualTo("again");
        }
    }

    /** What is kept of a body is as large as what has come, however small the pieces. */
    @Test
    void aBodyThatComesByteByByteDoesNotCostABufferForEach() {
        AtomicLong kept = new AtomicLong();
        try (RawClient client = start((request, response) -> response.writeAndFlushWith(request.getBody()
                .doOnNext(buffer -> kept.addAndGet(buffer.capacity())).map(Mono::just)))) {
            client.sendHead("POST / HTTP/1.1", "Host: x", "Transfer-Encoding: chunked");
            for (char c = 'a'; c <= 'z'; c++) {
                client.send("1\r\n" + c + "\r\n");
                client.readUntil("1\r\n" + c + "\r\n");
            }
            assertThat(kept).hasValue(26);
        }
    }

    @Test
    void aBodyIsReadWhileTheClientDoesNotReadTheAnswer() {
        AtomicLong read = new AtomicLong();
        long length = 20_000_000;
        server = ReactiveServer.of((request, response) -> {
            Mono<Void> reading = request.getBody().doOnNext(buffer -> {
                read.addAndGet(buffer.readableByteCount());
                DataBufferUtils.release(buffer);
            }).then();
            Flux<DataBuffer> endless = Flux.generate(sink -> sink.next(buffer("x".repeat(50_000))));
            return Mono.when(reading, response.writeWith(endless.take(1000).takeUntilOther(Mono.never())));
        });
        try (RawClient client = RawClient.connect(new InetSocketAddress("127.0.0.1", server.port()), 4096)) {
            client.sendHead("POST / HTTP/1.1", "Host: x", "Content-Length: " + length);
            byte[] piece = new byte[100_000];
            for (int i = 0; i < 200; i++) {
                client.send(piece);
            }
            Await.until("the body is read", () -> read.get() == length);
        }
    }

    @Test
    void aBodyIsReadNoFasterThanItIsAskedFor() {
        AtomicReference<Subscription> subscription = new AtomicReference<>();
        AtomicLong read = new AtomicLong();
        AtomicBoolean complete = new AtomicBoolean();
        server = ReactiveServer.of((request, response) -> {
            request.getBody().subscribe(new BaseSubscriber<>() {
                @Override
                protected void hookOnSubscribe(Subscription it) {
                    subscription.set(it);
                }

                @Override
                protected void hookOnNext(DataBuffer buffer) {
                    read.addAndGet(buffer.readableByteCount());
                }

                @Override
                protected void hookOnComplete() {
                    complete.set(true);
                }
            });
            return Mono.delay(Duration.ofMillis(1)).repeat(() -> !complete.get()).then(send(response, "done"));
        });
        try (RawClient client = server.connect()) {
            client.sendHead("POST / HTTP/1.1", "Host: x", "Content-Length: 400000");
            client.send(new byte[400_000]);
            Await.until("subscribed", () -> subscription.get() != null);
            for (int i = 0; i < 3; i++) {
                long before = read.get();
                subscription.get().request(1);
                Await.until("a buffer", () -> read.get() > before);
                assertThat(read.get() - before).isLessThanOrEqualTo(16 * 1024);
            }
            assertThat(read.get()).isLessThanOrEqualTo(3 * 16 * 1024);
            subscription.get().request(Long.MAX_VALUE);
            assertThat(client.readResponse().text()).isEqualTo("done");
            assertThat(read.get()).isEqualTo(400_000);
        }
    }

    @Test
    void expectationsAreAnsweredWhenTheBodyIsAskedFor() {
        try (RawClient client = start((request, response) -> request.getPath().value().equals("/no")
                ? send(response, "no")
                : send(response, "yes").doFirst(() -> {
                }).delaySubscription(request.getBody().then()))) {
            client.sendHead("POST /yes HTTP/1.1", "Host: x", "Expect: 100-continue", "Content-Length: 3");
            client.readUntil("100 Continue\r\n\r\n");
            client.send("abc");
            assertThat(client.readResponse().text()).isEqualTo("yes");
            client.sendHead("POST /no HTTP/1.1", "Host: x", "Expect: 100-continue", "Content-Length: 3");
            assertThat(client.readUntil("no")).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void theEndOfABodyIsSignalled() {
        try (RawClient client = start((request, response) -> request.getBody().count()
                .flatMap(count -> send(response, "buffers: " + count)))) {
            assertThat(client.get("/").text()).isEqualTo("buffers: 0");
            assertThat(client.post("/", "text/plain", new byte[0]).text()).isEqualTo("buffers: 0");
            client.sendHead("POST / HTTP/1.1", "Host: x", "Transfer-Encoding: chunked");
            client.send("0\r\n\r\n");
            assertThat(client.readResponse().text()).isEqualTo("buffers: 0");
            assertThat(client.post("/", "text/plain", new byte[3]).text()).isEqualTo("buffers: 1");
        }
    }

    @Test
    void aBodyHasOneSubscriber() {
        try (RawClient client = start((request, response) -> request.getBody().then()
                .then(request.getBody().then().onErrorResume(e -> send(response, e.getMessage()))))) {
            assertThat(client.post("/", "text/plain", new byte[3]).text()).contains("only once");
        }
    }

    @Test
    void askingForNothingIsAnError() {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        try (RawClient client = start((request, response) -> Mono.create(sink -> request.getBody()
                .subscribe(new BaseSubscriber<>() {
                    @Override
                    protected void hookOnSubscribe(Subscription it) {
                        // BaseSubscriber itself refuses this: the publisher must be asked past it.
                        it.request(-1);
                    }

                    @Override
                    protected void hookOnError(Throwable e) {
                        failure.set(e);
                        sink.success();
                    }
                })))) {
            assertThat(client.post("/", "text/plain", new byte[3]).status()).isEqualTo(200);
            assertThat(failure.get()).hasMessageContaining("3.9");
        }
    }

    @Test
    void aMalformedBodyIsAnsweredWith400() {
        server = ReactiveServer.web((request, response) -> request.getBody().doOnNext(DataBufferUtils::release).then());
        try (RawClient client = server.connect()) {
            client.sendHead("POST / HTTP/1.1", "Host: x", "Transfer-Encoding: chunked");
            client.send("zz\r\n");
            assertThat(client.readResponse().status()).isEqualTo(400);
            client.expectClosed();
        }
        assertRejected(RejectReason.CHUNK);
    }

    @Test
    void aBodyThatIsTooLargeIsAnsweredWith413() {
        server = ReactiveServer.of(WebHandlers.draining(),
                factory -> factory.setLimits(Limits.defaults().with(v -> v.maxRequestBody(10))));
        try (RawClient client = server.connect()) {
            client.sendHead("POST / HTTP/1.1", "Host: x", "Transfer-Encoding: chunked");
            client.send("14\r\n01234567890123456789\r\n0\r\n\r\n");
            assertThat(client.readResponse().status()).isEqualTo(413);
        }
        assertRejected(RejectReason.BODY_TOO_LARGE);
    }

    /** Though it was WebFlux that gave the answer, it counts as the server's refusal. */
    private void assertRejected(RejectReason reason) {
        Await.until("ended", () -> server.ended.containsKey("/"));
        assertThat(server.ended.get("/").outcome()).isEqualTo(ExchangeOutcome.REJECTED);
        assertThat(server.ended.get("/").rejected()).isEqualTo(reason);
        assertThat(server.rejected).hasValue(1);
    }

    @Test
    void aBodyThatEndsInTheMiddleIsNotAnswered() {
        server = ReactiveServer.web((request, response) -> request.getBody().doOnNext(DataBufferUtils::release).then());
        try (RawClient client = server.connect()) {
            client.sendHead("POST / HTTP/1.1", "Host: x", "Content-Length: 10");
            client.send("abc").shutdownOutput();
            assertThat(client.readAll()).isEmpty();
            Await.until("ended", () -> server.ended.containsKey("/"));
            assertThat(server.panics).hasValue(0);
        }
    }

    // ---- back-pressure

    @Test
    void aStalledReaderHoldsNoThreadOfReactor() {
        Scheduler single = Schedulers.newSingle("the only one");
        AtomicInteger produced = new AtomicInteger();
        try {
            server = ReactiveServer.of((request, response) -> request.getPath().value().equals("/big")
                    ? response.writeWith(Flux.range(0, 10_000).publishOn(single, 1).map(i -> {
                        produced.incrementAndGet();
                        return buffer("x".repeat(50_000));
                    }))
                    : send(response, "quick").subscribeOn(single));
            try (RawClient stalled = RawClient.connect(new InetSocketAddress("127.0.0.1", server.port()), 4096);
                    RawClient other = server.connect()) {
                stalled.sendHead("GET /big HTTP/1.1", "Host: x");
                stalled.readHead();
                int before;
                do {
                    before = produced.get();
                    for (int i = 0; i < 20; i++) {
                        assertThat(other.get("/").text()).isEqualTo("quick");
                    }
                } while (produced.get() != before);
                assertThat(produced.get()).isLessThan(1000);
            }
        } finally {
            single.dispose();
        }
    }

    @Test
    void buffersAreReleasedWhateverBecomesOfThem() {
        AtomicInteger live = new AtomicInteger();
        Flux<DataBuffer> counted = Flux.range(0, 100_000).map(i -> new CountedBuffer(buffer("x".repeat(1000)), live));
        server = ReactiveServer.of((request, response) -> response.writeWith(counted.take(
                request.getPath().value().equals("/all") ? 500 : Long.MAX_VALUE).doOnDiscard(DataBuffer.class,
                        DataBufferUtils::release)));
        try (RawClient client = server.connect()) {
            assertThat(client.get("/all").body()).hasSize(500_000);
            assertThat(live).hasValue(0);
            client.sendHead("GET /cut HTTP/1.1", "Host: x");
            client.readHead();
            client.reset();
            server.awaitQuiet();
            Await.until("all released", () -> live.get() == 0);
        }
    }

    // ---- errors

    @Test
    void anErrorBeforeTheCommitIsAnsweredWith500() {
        server = ReactiveServer.web((request, response) -> Mono.error(new IllegalStateException("on purpose")));
        try (RawClient client = server.connect()) {
            assertThat(client.get("/").status()).isEqualTo(500);
        }
    }

    @Test
    void aHandlerThatThrowsIsAnsweredWith500() {
        try (RawClient client = start((request, response) -> {
            throw new IllegalStateException("on purpose");
        })) {
            assertThat(client.get("/").status()).isEqualTo(500);
            assertThat(server.panics).hasValue(1);
        }
    }

    @Test
    void anErrorAfterTheCommitCutsTheConnection() {
        server = ReactiveServer.web((request, response) -> response.writeAndFlushWith(
                Flux.just(Mono.just(buffer("begun"))).concatWith(Mono.delay(Duration.ofMillis(50))
                        .then(Mono.error(new IllegalStateException("on purpose"))))));
        try (RawClient client = server.connect()) {
            client.sendHead("GET / HTTP/1.1", "Host: x");
            assertThat(client.readAll()).contains("begun").doesNotContain("0\r\n\r\n");
        }
    }

    @Test
    void moreBytesThanDeclaredCutTheConnection() {
        server = ReactiveServer.web((request, response) -> {
            response.getHeaders().setContentLength(5);
            return response.writeAndFlushWith(Flux.just(Mono.just(buffer("12345")), Mono.just(buffer("67890"))));
        });
        try (RawClient client = server.connect()) {
            client.sendHead("GET / HTTP/1.1", "Host: x");
            assertThat(client.readAll()).endsWith("12345");
        }
    }

    @Test
    void aBodyThatNobodyReadsInTimeIsAnsweredWith408() {
        server = ReactiveServer.of(WebHandlers.draining(), factory -> factory.setTimeouts(
                new Timeouts(null, null, Duration.ofMillis(100), null, null, Duration.ofSeconds(30), null)));
        try (RawClient client = server.connect()) {
            client.sendHead("POST / HTTP/1.1", "Host: x", "Content-Length: 10");
            assertThat(client.readResponse().status()).isEqualTo(408);
        }
        assertRejected(RejectReason.TIMEOUT);
    }

    // ---- the client's leaving

    @Test
    void aHandlerThatWaitsIsCancelledWhenTheClientHasGone() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        try (RawClient client = start((request, response) -> Mono.<Void>never().doOnSubscribe(s -> begun.countDown())
                .doOnCancel(cancelled::countDown))) {
            client.sendHead("GET /wait HTTP/1.1", "Host: x");
            begun.await();
            client.reset();
            Await.until("cancelled", () -> cancelled.getCount() == 0);
            Await.until("ended", () -> server.ended.containsKey("/wait"));
            assertThat(server.ended.get("/wait").outcome()).isEqualTo(ExchangeOutcome.CLIENT_GONE);
            assertThat(server.panics).hasValue(0);
        }
    }

    private void cancelledAfterReset(HttpHandler handler, String... body) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        try (RawClient client = start((request, response) -> handler.handle(request, response)
                .then(Mono.<Void>never()).doOnSubscribe(s -> begun.countDown()).doOnCancel(cancelled::countDown))) {
            client.sendHead("POST /wait HTTP/1.1", "Host: x", "Content-Length: 10000");
            for (String piece : body) {
                client.send(piece);
            }
            begun.await();
            client.reset();
            Await.until("cancelled", () -> cancelled.getCount() == 0);
            Await.until("ended", () -> server.ended.containsKey("/wait"));
            assertThat(server.ended.get("/wait").outcome()).isEqualTo(ExchangeOutcome.CLIENT_GONE);
            assertThat(server.panics).hasValue(0);
        }
    }

    @Test
    void aHandlerThatLeavesTheBodyUnreadIsCancelled() throws Exception {
        cancelledAfterReset((request, response) -> Mono.empty(), "x".repeat(10_000));
    }

    @Test
    void aHandlerThatLeavesTheBodyUnreadIsCancelledWhileMoreIsToCome() throws Exception {
        cancelledAfterReset((request, response) -> Mono.empty(), "x".repeat(100));
    }

    @Test
    void aHandlerThatTakesOneBufferAndWaitsIsCancelled() throws Exception {
        cancelledAfterReset((request, response) -> {
            request.getBody().subscribe(new BaseSubscriber<>() {
                @Override
                protected void hookOnSubscribe(Subscription it) {
                    it.request(1);
                }
            });
            return Mono.empty();
        }, "x".repeat(100));
    }

    @Test
    void aBodyThatIsReadLateIsWhole() {
        try (RawClient client = start((request, response) -> Mono.delay(Duration.ofMillis(1500))
                .then(response.writeAndFlushWith(request.getBody().map(Mono::just))))) {
            StringBuilder body = new StringBuilder();
            for (int i = 0; i < 40_000; i++) {
                body.append((char) ('a' + i % 26));
            }
            for (int i = 0; i < 2; i++) {
                client.sendHead("POST / HTTP/1.1", "Host: x", "Content-Length: 40000");
                client.send(body.substring(0, 300));
                client.send(body.substring(300, 9000));
                client.send(body.substring(9000));
                assertThat(client.readResponse().text()).isEqualTo(body.toString());
            }
        }
    }

    @Test
    void aTimeoutOfTheApplicationCutsAClientThatDoesNotRead() {
        server = ReactiveServer.of((request, response) -> response.writeWith(Flux.<DataBuffer>generate(
                sink -> sink.next(buffer("x".repeat(50_000))))).timeout(Duration.ofMillis(300)),
                factory -> factory.setTimeouts(new Timeouts(null, null, null, null, null, null, null)));
        try (RawClient client = RawClient.connect(new InetSocketAddress("127.0.0.1", server.port()), 4096)) {
            client.sendHead("GET /stalled HTTP/1.1", "Host: x");
            client.readHead();
            Await.until("ended", () -> server.ended.containsKey("/stalled"));
            assertThat(server.ended.get("/stalled").outcome()).isEqualTo(ExchangeOutcome.PANIC);
        }
    }

    @Test
    void aStreamIsCancelledWhenTheClientHasGone() {
        AtomicBoolean cancelled = new AtomicBoolean();
        try (RawClient client = start((request, response) -> response.writeAndFlushWith(Flux
                .interval(Duration.ofMillis(5)).onBackpressureDrop().map(i -> Mono.just(buffer("tick\n")))
                .doOnCancel(() -> cancelled.set(true))))) {
            client.sendHead("GET / HTTP/1.1", "Host: x");
            client.readUntil("tick");
            client.reset();
            Await.until("cancelled", cancelled::get);
            server.awaitQuiet();
            assertThat(server.panics).hasValue(0);
        }
    }

    @Test
    void aReaderOfTheBodyLearnsThatTheClientHasGone() {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        try (RawClient client = start((request, response) -> request.getBody().doOnError(failure::set).then())) {
            client.sendHead("POST /upload HTTP/1.1", "Host: x", "Content-Length: 10");
            client.send("abc");
            client.reset();
            Await.until("failed", () -> failure.get() != null);
            Await.until("ended", () -> server.ended.containsKey("/upload"));
            assertThat(server.ended.get("/upload").outcome()).isEqualTo(ExchangeOutcome.CLIENT_GONE);
        }
    }

    @Test
    void aHalfClosedClientIsStillAnswered() {
        try (RawClient client = start((request, response) -> Mono.delay(Duration.ofMillis(700))
                .then(send(response, "late")))) {
            client.sendHead("GET / HTTP/1.1", "Host: x");
            client.shutdownOutput();
            assertThat(client.readResponse().text()).isEqualTo("late");
        }
    }

    @Test
    void aConnectionThatWasWatchedServesOn() {
        try (RawClient client = start((request, response) -> Mono.delay(Duration.ofMillis(400))
                .then(send(response, "late")))) {
            assertThat(client.get("/1").text()).isEqualTo("late");
            client.sendHead("GET /2 HTTP/1.1", "Host: x");
            client.sendHead("GET /3 HTTP/1.1", "Host: x");
            assertThat(client.readResponse().text()).isEqualTo("late");
            assertThat(client.readResponse().text()).isEqualTo("late");
        }
    }

    // ---- serial callbacks

    @Test
    void callbacksOfOneRequestAreNotRecursive() {
        AtomicInteger depth = new AtomicInteger();
        AtomicInteger deepest = new AtomicInteger();
        AtomicLong read = new AtomicLong();
        server = ReactiveServer.of((request, response) -> Mono.create(sink -> request.getBody()
                .subscribe(new BaseSubscriber<>() {
                    @Override
                    protected void hookOnSubscribe(Subscription it) {
                        it.request(1);
                    }

                    @Override
                    protected void hookOnNext(DataBuffer buffer) {
                        deepest.accumulateAndGet(depth.incrementAndGet(), Math::max);
                        read.addAndGet(buffer.readableByteCount());
                        request(1);
                        depth.decrementAndGet();
                    }

                    @Override
                    protected void hookOnComplete() {
                        deepest.accumulateAndGet(depth.incrementAndGet(), Math::max);
                        sink.success();
                    }
                })));
        try (RawClient client = server.connect()) {
            assertThat(client.post("/", "application/octet-stream", new byte[2_000_000]).status()).isEqualTo(200);
            assertThat(read).hasValue(2_000_000);
            assertThat(deepest).hasValue(1);
        }
    }

    @Test
    void callbacksOfOneRequestNeverRunAtTheSameTime() {
        AtomicInteger inside = new AtomicInteger();
        List<String> failures = Collections.synchronizedList(new ArrayList<>());
        AtomicLong read = new AtomicLong();
        Runnable callback = () -> {
            if (inside.incrementAndGet() != 1) {
                failures.add(Thread.currentThread().getName());
            }
            Thread.yield();
            inside.decrementAndGet();
        };
        server = ReactiveServer.of((request, response) -> response.writeAndFlushWith(request.getBody().doOnNext(b -> {
            read.addAndGet(b.readableByteCount());
            callback.run();
        }).map(b -> Flux.just(b).doOnRequest(n -> callback.run()).doOnComplete(() -> {
        }))));
        try (RawClient client = server.connect()) {
            client.sendHead("POST / HTTP/1.1", "Host: x", "Content-Length: 3000000");
            Thread sender = Thread.startVirtualThread(() -> {
                for (int i = 0; i < 30; i++) {
                    client.send(new byte[100_000]);
                }
            });
            assertThat(client.readResponse().body()).hasSize(3_000_000);
            Await.until("sent", () -> !sender.isAlive());
            assertThat(failures).isEmpty();
        }
    }
}
