package io.zokor.demo.webflux;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The latest messages, in memory, and who follows them. A follower has nothing but the number of the last message that it took,
 * so that one who takes nothing costs nothing, however much is said meanwhile. The lock guards the messages and the signals.
 */
final class MessageLog {

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Message> messages = new ArrayDeque<>();
    private final Sinks.Many<Boolean> news = Sinks.many().multicast().directBestEffort();
    private final Sinks.Empty<Void> end = Sinks.empty();
    private final Set<AtomicLong> followers = ConcurrentHashMap.newKeySet();
    private final int capacity;
    private long last;

    /**
     * Makes an empty log.
     *
     * @param capacity how many messages are kept, at least 1
     */
    MessageLog(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("demo.messages must be at least 1: " + capacity);
        }
        this.capacity = capacity;
    }

    Message add(String text) {
        lock.lock();
        try {
            if (messages.size() == capacity) {
                messages.removeFirst();
            }
            Message message = new Message(++last, text);
            messages.addLast(message);
            // Nobody listening is no failure: a follower looks for what it has missed when it comes.
            news.tryEmitNext(true);
            return message;
        } finally {
            lock.unlock();
        }
    }

    /** {@return the messages with a higher number that are still kept, the oldest first} */
    List<Message> after(long id) {
        lock.lock();
        try {
            List<Message> found = new ArrayList<>();
            for (var newest = messages.descendingIterator(); newest.hasNext();) {
                Message message = newest.next();
                if (message.id() <= id) {
                    break;
                }
                found.add(message);
            }
            return found.reversed();
        } finally {
            lock.unlock();
        }
    }

    /** {@return the messages with a higher number and all that follow; who falls behind by more than are kept misses some} */
    Flux<Message> follow(long id) {
        return Flux.defer(() -> {
            AtomicLong taken = new AtomicLong(id);
            followers.add(taken);
            return news.asFlux().mergeWith(Mono.just(true)).onBackpressureLatest()
                    .concatMap(some -> Flux.defer(() -> Flux.fromIterable(after(taken.get())))
                            .doOnNext(message -> taken.set(message.id())), 1)
                    .takeUntilOther(ended())
                    .doFinally(signal -> followers.remove(taken));
        });
    }

    /** Ends all that follow, now and later, so that nobody waits for them when the application stops. */
    void end() {
        end.tryEmitEmpty();
    }

    Mono<Void> ended() {
        return end.asMono();
    }

    Followers followers() {
        lock.lock();
        try {
            return new Followers(followers.size(),
                    (int) followers.stream().filter(taken -> taken.get() < last).count());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Who follows.
     *
     * @param all how many do
     * @param behind how many of them have not taken the last message yet
     */
    record Followers(int all, int behind) {
    }
}
