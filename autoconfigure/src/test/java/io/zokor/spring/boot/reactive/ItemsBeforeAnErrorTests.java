package io.zokor.spring.boot.reactive;

import static io.zokor.spring.boot.reactive.ReactiveServer.buffer;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.web.server.Compression;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What an application has emitted before it fails is on the wire, and nothing takes the response for whole. */
class ItemsBeforeAnErrorTests {

    /** The prefetch of the operators involved is 4 and 16: below, at and beyond each of them. */
    private static final List<Integer> PLACES = List.of(1, 2, 3, 4, 5, 15, 16, 17, 40);

    private static ReactiveServer server;

    @BeforeAll
    static void start() {
        server = ReactiveServer.of(RouterFunctions.toHttpHandler(RouterFunctions.route()
                .GET("/encoded", ItemsBeforeAnErrorTests::encoded)
                .GET("/pieces", request -> ServerResponse.ok().contentType(MediaType.TEXT_PLAIN)
                        .build((exchange, _) -> exchange.getResponse().writeAndFlushWith(Mono.just(Flux.concat(
                                Flux.just(buffer("one,"), buffer("two,")),
                                Mono.error(new IllegalStateException("on purpose")))))))
                .build()), factory -> {
                    Compression compression = new Compression();
                    compression.setEnabled(true);
                    compression.setMimeTypes(
                            new String[] { "text/plain", "text/event-stream", "application/x-ndjson" });
                    factory.setCompression(compression);
                });
    }

    @AfterAll
    static void end() {
        server.close();
    }

    private static Mono<ServerResponse> encoded(ServerRequest request) {
        int place = Integer.parseInt(request.queryParam("at").orElseThrow());
        Flux<String> items = switch (request.queryParam("how").orElseThrow()) {
            case "thrown" -> Flux.range(0, place + 5).map(i -> item(i, place));
            case "signalled" -> Flux.range(0, place).map(i -> item(i, place))
                    .concatWith(Mono.error(new IllegalStateException("on purpose")));
            case "elsewhere" -> Flux.range(0, place + 5).map(i -> item(i, place))
                    .publishOn(Schedulers.boundedElastic());
            default -> throw new IllegalArgumentException();
        };
        MediaType type = MediaType.parseMediaType(request.queryParam("type").orElseThrow());
        ServerResponse.BodyBuilder response = ServerResponse.ok().contentType(type);
        return type.equals(MediaType.APPLICATION_NDJSON)
                ? response.body(items.map(item -> Map.of("i", item)),
                        new ParameterizedTypeReference<Map<String, String>>() {
                        })
                : response.body(items, String.class);
    }

    private static String item(int i, int place) {
        if (i == place) {
            throw new IllegalStateException("on purpose");
        }
        return "item " + i;
    }

    static Stream<Arguments> everyWay() {
        return Stream.of("application/x-ndjson", "text/event-stream", "text/plain")
                .flatMap(type -> Stream.of("thrown", "signalled", "elsewhere")
                        .flatMap(how -> PLACES.stream()
                                .flatMap(place -> Stream.of("identity", "gzip")
                                        .map(coding -> Arguments.of(type, how, place, coding)))));
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void allItemsAreWrittenBeforeTheCut(String type, String how, int place, String coding) throws Exception {
        RawResponse response = cut("/encoded?type=" + type + "&how=" + how + "&at=" + place, coding);
        assertThat(response.status()).isEqualTo(200);
        assertThat(decoded(response, coding)).isEqualTo(IntStream.range(0, place).mapToObj(i -> switch (type) {
            case "text/event-stream" -> "data:item " + i + "\n\n";
            case "text/plain" -> "item " + i;
            default -> "{\"i\":\"item " + i + "\"}\n";
        }).collect(Collectors.joining()));
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void anErrorBeforeTheFirstItemIsAnsweredWith500(String type, String how, int place, String coding) {
        try (RawClient client = server.connect()) {
            client.sendHead("GET /encoded?at=0&type=" + type + "&how=" + how + " HTTP/1.1", "Host: a",
                    "Accept-Encoding: " + coding);
            assertThat(client.readResponse().status()).isEqualTo(500);
        }
    }

    @Test
    void thePiecesOfOneItemAreWrittenBeforeTheCut() throws Exception {
        assertThat(decoded(cut("/pieces", "identity"), "identity")).isEqualTo("one,two,");
        assertThat(decoded(cut("/pieces", "gzip"), "gzip")).isEqualTo("one,two,");
    }

    private static RawResponse cut(String target, String coding) {
        try (RawClient client = server.connect()) {
            client.sendHead("GET " + target + " HTTP/1.1", "Host: a", "Accept-Encoding: " + coding);
            RawResponse response = client.readCutResponse();
            assertThat(client.wasReset()).isFalse();
            return response;
        }
    }

    private static String decoded(RawResponse response, String coding) throws DataFormatException {
        if (coding.equals("identity")) {
            return response.text();
        }
        assertThat(response.header("Content-Encoding")).contains("gzip");
        // The coding has no end either, so what is there is unpacked without asking for one; the head has ten bytes.
        Inflater inflater = new Inflater(true);
        inflater.setInput(response.body(), 10, response.body().length - 10);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        byte[] piece = new byte[8192];
        for (int n = inflater.inflate(piece); n > 0; n = inflater.inflate(piece)) {
            text.write(piece, 0, n);
        }
        assertThat(inflater.finished()).isFalse();
        inflater.end();
        return text.toString(StandardCharsets.UTF_8);
    }
}
