package io.zokor.internal.exchange;

import java.lang.System.Logger.Level;
import java.util.concurrent.ConcurrentHashMap;

import io.zokor.net.AddressRange;
import io.zokor.net.LogLimit;

/**
 * How many of the places that {@code zokor.limits.max-per-client} gives to each client are taken, of one kind: connections or requests.
 * A client is in the map while it has one, and no longer. Safe for use by many threads: an entry changes by compare-and-set alone.
 */
public final class ClientPlaces {

    private final String kind;

    private final LogLimit refusals = new LogLimit(System.getLogger("io.zokor.server"), Level.WARNING);

    private final ConcurrentHashMap<AddressRange, Integer> taken = new ConcurrentHashMap<>();

    /**
     * Makes places that are all free.
     *
     * @param kind what takes them, for the log: a plural
     */
    ClientPlaces(String kind) {
        this.kind = kind;
    }

    /**
     * Takes a place of a client's, if there is one.
     *
     * @param client the client
     * @param max how many it may have
     * @return whether there was one; then {@link #giveBack} must follow. Otherwise that is logged, at most once a minute
     */
    public boolean take(AddressRange client, int max) {
        while (true) {
            Integer now = taken.get(client);
            if (now == null) {
                if (taken.putIfAbsent(client, 1) == null) {
                    return true;
                }
            } else if (now >= max) {
                refusals.log(() -> client + " has " + now + " " + kind
                        + " and gets no more at once; zokor.limits.max-per-client raises the limit");
                return false;
            } else if (taken.replace(client, now, now + 1)) {
                return true;
            }
        }
    }

    /**
     * Gives a place back.
     *
     * @param client the client that has taken it
     * @throws IllegalStateException if it has none
     */
    public void giveBack(AddressRange client) {
        while (true) {
            Integer now = taken.get(client);
            if (now == null) {
                throw new IllegalStateException(client + " has none of the " + kind + " that it gives back");
            }
            if (now == 1 ? taken.remove(client, now) : taken.replace(client, now, now - 1)) {
                return;
            }
        }
    }

    /** {@return how many clients have taken a place} */
    public int clients() {
        return taken.size();
    }

    /** {@return how many places the client has that has most; costs as much as there are clients} */
    public int most() {
        int most = 0;
        for (int count : taken.values()) {
            most = Math.max(most, count);
        }
        return most;
    }
}
