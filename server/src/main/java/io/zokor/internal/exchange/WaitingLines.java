package io.zokor.internal.exchange;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Those who wait: a line for each client, and clients take turns, so that none waits longer for another's being many (fair queueing;
 * McKenney, Stochastic Fairness Queueing, INFOCOM 1990, has {@link #displace} as well). With one client it is a plain queue. Guarded by
 * the lock of who uses it.
 *
 * @param <C> clients, told apart by equals
 * @param <W> who waits
 */
final class WaitingLines<C, W> {

    /** The client whose turn it is comes first; no line is empty. */
    private final SequencedMap<C, Deque<W>> lines = new LinkedHashMap<>();

    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Adds to the end of a client's line. */
    void add(C client, W who) {
        lines.computeIfAbsent(client, _ -> new ArrayDeque<>()).addLast(who);
        size++;
    }

    /** Takes out the first one of the client whose turn it is, or {@code null} where nobody waits. */
    @Nullable
    W next() {
        Map.Entry<C, Deque<W>> turn = lines.pollFirstEntry();
        if (turn == null) {
            return null;
        }
        Deque<W> line = turn.getValue();
        W first = line.removeFirst();
        if (!line.isEmpty()) {
            lines.putLast(turn.getKey(), line);
        }
        size--;
        return first;
    }

    /** Takes out one that does not wait any more. */
    void remove(C client, W who) {
        Deque<W> line = lines.get(client);
        if (line != null && line.remove(who)) {
            dropIfEmpty(client, line);
            size--;
        }
    }

    /**
     * Takes out the last one of the longest line, for a place for one more of a client, where that line is longer even with that one in.
     *
     * @return who has lost its place, or {@code null} for nobody
     */
    @Nullable
    W displace(C client) {
        Map.Entry<C, Deque<W>> longest = null;
        for (Map.Entry<C, Deque<W>> entry : lines.entrySet()) {
            if (longest == null || entry.getValue().size() > longest.getValue().size()) {
                longest = entry;
            }
        }
        Deque<W> own = lines.get(client);
        int after = (own == null ? 0 : own.size()) + 1;
        if (longest == null || longest.getValue().size() <= after) {
            return null;
        }
        size--;
        return longest.getValue().removeLast();
    }

    void forEach(Consumer<W> action) {
        Collection<Deque<W>> all = lines.values();
        all.forEach(line -> line.forEach(action));
    }

    private void dropIfEmpty(C client, Deque<W> line) {
        if (line.isEmpty()) {
            lines.remove(client);
        }
    }
}
