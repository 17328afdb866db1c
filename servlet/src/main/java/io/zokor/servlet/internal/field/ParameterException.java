package io.zokor.servlet.internal.field;

import io.zokor.http.RejectedRequestException;

/**
 * Parameters, parts or cookies that cannot be read because the request is malformed or exceeds a limit. Where it leaves the
 * filter chain, the container answers with the status of its cause.
 */
public final class ParameterException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    public ParameterException(RejectedRequestException cause) {
        super(cause.getMessage(), cause);
    }
}
