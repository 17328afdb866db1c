package io.zokor.http;

import java.io.IOException;

/**
 * A request that is refused with a status of its own. Where it leaves a handler before anything was committed, the server
 * answers with its status and closes the connection; it is no panic.
 */
public final class RejectedRequestException extends IOException {

    private static final long serialVersionUID = 1L;

    /** Status of the answer. */
    private final int status;

    /** Why, for metrics. */
    private final RejectReason reason;

    /**
     * Makes a refusal.
     *
     * @param status 400 to 599
     * @param reason why, for metrics
     * @param detail why, for the log: says what to change, with the property's name for a limit; never sent to the client
     */
    public RejectedRequestException(int status, RejectReason reason, String detail) {
        super(detail);
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("not an error status: " + status);
        }
        this.status = status;
        this.reason = reason;
    }

    /** {@return the status of the answer} */
    public int status() {
        return status;
    }

    /** {@return why, for metrics} */
    public RejectReason reason() {
        return reason;
    }
}
