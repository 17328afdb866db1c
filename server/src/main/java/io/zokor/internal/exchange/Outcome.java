package io.zokor.internal.exchange;

import io.zokor.event.CloseReason;

/** How an exchange ended, for the protocol's loop. */
public sealed interface Outcome {

    /** The response went out whole; the codec knows whether the connection goes on. */
    record Completed() implements Outcome {
    }

    /**
     * The response went out whole, and the connection must end.
     *
     * @param reason why
     */
    record Final(CloseReason reason) implements Outcome {
    }

    /**
     * The response was cut; the codec has aborted the connection.
     *
     * @param reason why
     */
    record Aborted(CloseReason reason) implements Outcome {
    }

    /** The handler has taken the connection. */
    record Hijacked() implements Outcome {
    }
}
