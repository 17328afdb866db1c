package io.zokor.internal.message;

import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;

/** What is said when a head has more than it may, in any protocol. Stateless, pure. */
public final class HeadLimits {

    private HeadLimits() {
    }

    /**
     * The refusal of a section with too many fields.
     *
     * @param most how many are allowed
     * @return the refusal, 431 (RFC 6585 section 5)
     */
    public static RejectedRequestException tooManyFields(long most) {
        return new RejectedRequestException(431, RejectReason.HEADER_TOO_LARGE,
                "more than " + most + " fields; zokor.limits.max-header-count raises the limit");
    }

    /**
     * The refusal of a head with too many cookies.
     *
     * @param most how many are allowed
     * @return the refusal, 431 (RFC 6585 section 5)
     */
    public static RejectedRequestException tooManyCookies(long most) {
        return new RejectedRequestException(431, RejectReason.HEADER_TOO_LARGE,
                "more than " + most + " cookies; zokor.limits.max-cookies raises the limit");
    }

    /**
     * Checks how large a response's head has become, before any of it is sent.
     *
     * @param bytes its size: on the wire, or where fields are compressed, of names and values
     * @param most how many are allowed
     * @throws IllegalStateException if it is too large
     */
    public static void checkResponse(long bytes, long most) {
        if (bytes > most) {
            throw new IllegalStateException("the head of the response has " + bytes
                    + " bytes; zokor.limits.max-response-header-bytes raises the limit");
        }
    }
}
