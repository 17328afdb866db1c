package io.zokor.internal.exchange;

import java.io.IOException;
import java.util.Collection;
import java.util.List;

import io.zokor.event.CloseReason;
import io.zokor.http.Upgrade;

/**
 * A protocol on one connection, for as long as that lives. {@link #serve} belongs to the connection's thread; the other methods are
 * called by any thread at the same time and must not block.
 */
public interface ProtocolConnection {

    /**
     * Serves requests until the connection is to end; closing it is the caller's.
     *
     * @return why it is to end
     * @throws IOException if the client left, or kept the protocol's thread waiting too long
     */
    CloseReason serve() throws IOException;

    /**
     * The server is shutting down: running turns may finish, no further one is to begin, and the connection ends as soon as its
     * protocol allows. Upgrades are told. May come more than once, and before {@link #serve}.
     */
    void drain();

    /**
     * Ends what has outlived a deadline of the protocol's own: those of turns, and those of upgrades. The connection's own deadlines
     * are expired by others.
     *
     * @param now the moment, on the server's ticker
     */
    void expire(long now);

    /**
     * Descriptors have run out: the connection is to end if it is idle, and if its protocol can say so to the client.
     *
     * @return whether it ends; otherwise it is closed as it is, if it is idle
     */
    default boolean relieve() {
        return false;
    }

    /** {@return the turns that run, the oldest first; a copy or a view that may change} */
    Collection<? extends Turn> turns();

    /** {@return what goes on where turns have switched their protocol} */
    default Collection<? extends Upgrade> upgrades() {
        return List.of();
    }
}
