package io.zokor.internal.exchange;

import io.zokor.event.CloseReason;
import io.zokor.http.Upgrade;

import org.jspecify.annotations.Nullable;

/** How an exchange ended, for the protocol's loop, which alone decides what that means for the connection. */
public sealed interface Outcome {

    /** {@return why the connection, or in HTTP/2 the stream, ends with the exchange; {@code null} where that is for the protocol to say} */
    default @Nullable CloseReason closing() {
        return switch (this) {
            case Completed _,Upgraded _ -> null;
            case Hijacked _ -> CloseReason.HIJACKED;
            case Final(CloseReason reason) -> reason;
            case Aborted(CloseReason reason) -> reason;
        };
    }

    /** The response went out whole; the codec knows whether the connection goes on. */
    record Completed() implements Outcome {
    }

    /**
     * The response went out whole, but the exchange failed: what else the client sends for it is of no use. In HTTP/1 the connection
     * ends.
     *
     * @param reason why
     */
    record Final(CloseReason reason) implements Outcome {
    }

    /**
     * The response was cut; the codec has done what that means in its protocol.
     *
     * @param reason why
     */
    record Aborted(CloseReason reason) implements Outcome {
    }

    /** The handler has taken the connection. */
    record Hijacked() implements Outcome {
    }

    /**
     * The head that switches the protocol went out.
     *
     * @param next what serves the connection, or in HTTP/2 the stream, from now on; {@code null} where the handler has done so, which
     *            ends it
     */
    record Upgraded(@Nullable Upgrade next) implements Outcome {
    }
}
