package io.zokor.benchmarks.webflux;

import java.time.Duration;
import java.util.List;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The application; it knows nothing of the server that serves it. Without state, so any thread may call it. */
@SpringBootApplication
@RestController
public class WebFluxApplication {

    private static final byte[] MEGABYTE = new byte[1 << 20];

    /**
     * A thing to be written as JSON.
     *
     * @param id its number
     * @param name what it is called
     * @param price what it costs
     * @param tags words for it
     */
    public record Item(int id, String name, double price, List<String> tags) {
    }

    /**
     * Starts it.
     *
     * @param args Spring's options
     */
    public static void main(String[] args) {
        SpringApplication.run(WebFluxApplication.class, args);
    }

    @GetMapping(path = "/hello", produces = MediaType.TEXT_PLAIN_VALUE)
    Mono<String> hello() {
        return Mono.just("ok");
    }

    @GetMapping("/json")
    Mono<List<Item>> json() {
        return Mono.just(List.of(new Item(17, "spade", 24.5, List.of("garden", "steel", "ash")),
                new Item(18, "rake", 12.25, List.of("garden"))));
    }

    /** As many lines of JSON as asked for, each flushed by itself. */
    @GetMapping(path = "/stream", produces = MediaType.APPLICATION_NDJSON_VALUE)
    Flux<Item> stream(@RequestParam int count) {
        return Flux.range(0, count).map(i -> new Item(i, "spade", 24.5, List.of("garden")));
    }

    @GetMapping(path = "/big", produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    Mono<byte[]> big() {
        return Mono.just(MEGABYTE);
    }

    @GetMapping("/sleep")
    Mono<String> sleep(@RequestParam long ms) {
        return Mono.delay(Duration.ofMillis(ms)).map(ignored -> "ok");
    }

    @PostMapping(path = "/echo", produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    Mono<byte[]> echo(@RequestBody Mono<byte[]> body) {
        return body;
    }
}
