package io.zokor.servlet.internal.request;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;

/**
 * The listeners of one asynchronous cycle, in the order they were added, each with the request and response that it is told of.
 * The list is guarded by the wait point's lock; listeners are called without it.
 */
public final class AsyncListeners {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.servlet");

    /** A method of {@link AsyncListener}. */
    public interface Telling {
        void tell(AsyncListener listener, AsyncEvent event) throws IOException;
    }

    private record Listening(AsyncListener listener, @Nullable ServletRequest request,
            @Nullable ServletResponse response) {
    }

    private final AsyncContext cycle;

    private final List<Listening> all = new ArrayList<>();

    public AsyncListeners(AsyncContext cycle) {
        this.cycle = cycle;
    }

    public void addLocked(AsyncListener listener, @Nullable ServletRequest request,
            @Nullable ServletResponse response) {
        all.add(new Listening(listener, request, response));
    }

    /** {@return what tells those who listen now} */
    public Round roundLocked() {
        return new Round(List.copyOf(all));
    }

    /** {@return what tells those who have listened up to now; from now on nobody does} */
    public Round lastRoundLocked() {
        Round round = roundLocked();
        all.clear();
        return round;
    }

    /** Who listened at one moment. */
    public final class Round {

        private final List<Listening> told;

        private Round(List<Listening> told) {
            this.told = told;
        }

        /** What a listener throws is logged and does not keep the others from being told (Servlet 6.1 section 2.3.3.3). */
        void tell(@Nullable Throwable cause, Telling telling) {
            for (Listening listening : told) {
                try {
                    telling.tell(listening.listener(),
                            new AsyncEvent(cycle, listening.request(), listening.response(), cause));
                } catch (IOException | RuntimeException | Error e) {
                    LOGGER.log(Level.WARNING, "an AsyncListener failed", e);
                }
            }
        }
    }
}
