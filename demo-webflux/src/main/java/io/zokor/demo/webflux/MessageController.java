package io.zokor.demo.webflux;

import java.time.Duration;

import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;

/** Messages over HTTP. A stream in which nothing is said has a sign of life: writing it is how a server finds a client gone. */
@RestController
@RequestMapping("/api/messages")
class MessageController {

    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(15);

    private final MessageLog log;

    MessageController(MessageLog log) {
        this.log = log;
    }

    /** Takes messages as they come, one JSON object a line, and answers each at once. */
    @PostMapping(consumes = MediaType.APPLICATION_NDJSON_VALUE, produces = MediaType.APPLICATION_NDJSON_VALUE)
    Flux<Message> add(@RequestBody Flux<NewMessage> messages) {
        return messages.map(message -> log.add(message.text()));
    }

    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    Flux<Message> list(@RequestParam(defaultValue = "0") long after) {
        return Flux.fromIterable(log.after(after));
    }

    /** The messages and all that follow; a browser that connects again says which it had last. */
    @GetMapping(produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<ServerSentEvent<String>> follow(@RequestHeader(name = "Last-Event-ID", defaultValue = "0") long last) {
        Flux<ServerSentEvent<String>> signs = Flux.interval(SIGN_OF_LIFE).onBackpressureDrop()
                .map(i -> ServerSentEvent.<String>builder().comment("").build())
                .takeUntilOther(log.ended());
        Flux<ServerSentEvent<String>> events = log.follow(last)
                .map(message -> ServerSentEvent.builder(message.text()).id(Long.toString(message.id())).build());
        return events.mergeWith(signs);
    }

    @GetMapping("/followers")
    MessageLog.Followers followers() {
        return log.followers();
    }

    /**
     * What a client sends.
     *
     * @param text the words
     */
    record NewMessage(String text) {
    }
}
