package io.zokor.internal.exchange;

import io.zokor.http.Headers;
import io.zokor.http.Status;

import org.jspecify.annotations.Nullable;

/**
 * What a response may have by its status and by its request's method: content, a length, fields that describe content. Stateless and
 * pure but for the fields that it is given to change.
 */
final class ResponseRules {

    /** RFC 9110 section 15.4.5: a 304 has no metadata of the representation but what guides caches. */
    private static final String[] NOT_IN_304 = { "Content-Type", "Content-Encoding", "Content-Language",
        "Content-Range" };

    private ResponseRules() {
    }

    /** Whether the status accepts another protocol: 101, or 2xx for an extended CONNECT (RFC 8441 section 4). */
    static boolean switchesProtocol(RequestHead request, int status) {
        return request.connectProtocol() == null ? status == 101 : status >= 200 && status < 300;
    }

    /** HEAD, 1xx, 204, 205 and 304 have no content (RFC 9110 section 6.4.1), nor has a successful CONNECT. */
    static boolean isContentAllowed(String method, int status) {
        return Status.allowsContent(status) && !method.equals("HEAD") && !opensTunnel(method, status);
    }

    /** RFC 9110 section 9.3.6: behind the head of a 2xx to CONNECT the tunnel begins. */
    private static boolean opensTunnel(String method, int status) {
        return method.equals("CONNECT") && status < 300;
    }

    /** RFC 9110 section 8.6: neither 1xx and 204 nor a successful CONNECT has a Content-Length. */
    private static boolean isLengthAllowed(String method, int status) {
        return status >= 200 && status != 204 && !opensTunnel(method, status);
    }

    /**
     * Takes from a head what its response may not have, and adds the length where it is known.
     *
     * @param method the request's method
     * @param status the response's status
     * @param switched whether another protocol goes on behind the head
     * @param fields the fields; changed
     * @param declared the length that the handler has declared, or -1
     * @param learnt bytes of the whole body where all of it was written before the head, otherwise -1
     * @return how long the body is
     */
    static BodySize fit(String method, int status, boolean switched, Headers fields, long declared, long learnt) {
        fields.remove("Transfer-Encoding");
        if (switched) {
            fields.remove("Content-Length");
            return new BodySize.Switched();
        }
        if (!isLengthAllowed(method, status)) {
            fields.remove("Content-Length");
            return new BodySize.None();
        }
        if (status == 205) {
            // RFC 9110 section 15.3.6: no content, and said so by the length.
            fields.set("Content-Length", "0");
            return new BodySize.None();
        }
        if (status == 304) {
            for (String name : NOT_IN_304) {
                fields.remove(name);
            }
            if (learnt != 0) {
                // Section 8.6: it must be that of the 200, which the length of a body that was given for the 304 need not be.
                fields.remove("Content-Length");
            }
            return new BodySize.None();
        }
        boolean head = method.equals("HEAD");
        long length = declared >= 0 ? declared : learnt;
        // A handler that writes nothing for HEAD may well write something for GET.
        if (declared < 0 && (head ? learnt > 0 : learnt >= 0)) {
            fields.set("Content-Length", Long.toString(learnt));
        }
        if (head) {
            return new BodySize.None();
        }
        return length >= 0 ? new BodySize.Fixed(length) : new BodySize.Unknown();
    }

    /** {@return the length that the fields declare, -1 for none, and where none may be sent} */
    static long declaredLength(String method, int status, Headers fields) {
        return status != 205 && isLengthAllowed(method, status) ? declaredLength(fields) : -1;
    }

    /** {@return the length that the fields declare, -1 for none} */
    static long declaredLength(Headers fields) {
        String value = fields.get("Content-Length");
        if (value == null) {
            return -1;
        }
        try {
            long length = Long.parseLong(value);
            if (isDigits(value) && fields.count("Content-Length") == 1) {
                return length;
            }
        } catch (NumberFormatException e) {
            // Answered below: both come from a handler that set the field wrongly.
        }
        throw new IllegalStateException("the handler has set a Content-Length that is no length");
    }

    /** Other than {@link Long#parseLong} knows it: neither a sign nor digits of other scripts may go out. */
    private static boolean isDigits(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /**
     * How long the content is that a GET would get with status 200, as far as the response tells.
     *
     * @param head whether the request is a HEAD
     * @param declared the length that the handler has declared, or -1
     * @param buffered bytes of the whole body where all of it was written before the head, otherwise -1
     * @return the length, or -1 where it is unknown
     */
    static long representationLength(boolean head, int status, Headers fields, long declared, long buffered) {
        if (status == 206) {
            return completeLength(fields.get("Content-Range"));
        }
        if (declared >= 0) {
            return declared;
        }
        return status == 304 || head && buffered == 0 ? -1 : buffered;
    }

    /** The number behind the slash of {@code bytes 0-9/100} (RFC 9110 section 14.4). */
    private static long completeLength(@Nullable String contentRange) {
        int slash = contentRange == null ? -1 : contentRange.lastIndexOf('/');
        if (contentRange == null || slash < 0) {
            return -1;
        }
        String complete = contentRange.substring(slash + 1).strip();
        try {
            return complete.isEmpty() || !isDigits(complete) ? -1 : Long.parseLong(complete);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
