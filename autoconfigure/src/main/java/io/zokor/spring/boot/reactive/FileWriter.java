package io.zokor.spring.boot.reactive;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/** A file, or a part of one, as body, not passed through the heap where the connection allows it. Run by the exchange's thread. */
final class FileWriter implements ExchangeTask {

    private final ReactiveExchange exchange;
    private final Path file;
    private final long position;
    private final long count;
    private final MonoSink<Void> sink;

    private FileWriter(ReactiveExchange exchange, Path file, long position, long count, MonoSink<Void> sink) {
        this.exchange = exchange;
        this.file = file;
        this.position = position;
        this.count = count;
        this.sink = sink;
    }

    static Mono<Void> write(ReactiveExchange exchange, Path file, long position, long count) {
        return Mono.create(sink -> exchange.execute(new FileWriter(exchange, file, position, count, sink)));
    }

    @Override
    public void run() {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            exchange.output(response -> response.controller().transferFrom(channel, position, count));
        } catch (IOException | RuntimeException e) {
            exchange.writeFailed(e);
            sink.error(exchange.clientError(e));
            exchange.endIfUnwritable();
            return;
        }
        sink.success();
    }
}
