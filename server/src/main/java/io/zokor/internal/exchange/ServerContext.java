package io.zokor.internal.exchange;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import io.zokor.config.Limits;
import io.zokor.config.ServerConfig;
import io.zokor.event.ServerListener;
import io.zokor.net.DeadlineReaper;
import io.zokor.net.LogLimit;
import io.zokor.net.Ticker;

import org.jspecify.annotations.Nullable;

/**
 * What all connections of a server share. Immutable; what it refers to is safe for use by many threads.
 *
 * @param config the configuration
 * @param limits gives the limits in force
 * @param listener is told what happens
 * @param ticker the clock of deadlines
 * @param reaper expires deadlines
 * @param gate limits running requests
 * @param clients who has how many connections and requests
 * @param date the Date field
 * @param errors renders the answers that the server makes by itself
 * @param cuts logs responses that are cut because their handler declared more than it wrote, which it may do at each request
 * @param classLoader context class loader of handlers, or {@code null} to leave it alone
 * @param keepAlives tells whether a response may leave its connection open
 * @param threads makes the threads of connections and of turns that have one of their own
 */
public record ServerContext(ServerConfig config, Supplier<Limits> limits, ServerListener listener, Ticker ticker,
        DeadlineReaper reaper, RequestGate gate, Clients clients, DateField date, ErrorAnswer errors, LogLimit cuts,
        @Nullable ClassLoader classLoader, BooleanSupplier keepAlives, ThreadMaker threads) {

    /** Makes threads; safe for use by many. */
    @FunctionalInterface
    public interface ThreadMaker {

        /**
         * Makes a thread, not yet started.
         *
         * @param name what it is to be called
         * @param task what it is to run
         * @return the thread
         */
        Thread newThread(String name, Runnable task);
    }
}
