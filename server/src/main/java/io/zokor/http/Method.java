package io.zokor.http;

/**
 * Names of the registered request methods and what is known of them (RFC 9110 section 9.3, RFC 5789). A method is any token,
 * compared with regard to case, so methods are text and not an enum. Stateless.
 */
public final class Method {

    /** Transfer a representation. */
    public static final String GET = "GET";

    /** As GET, without the body. */
    public static final String HEAD = "HEAD";

    /** Process the body in the resource's own way. */
    public static final String POST = "POST";

    /** Replace the resource by the body. */
    public static final String PUT = "PUT";

    /** Remove the resource. */
    public static final String DELETE = "DELETE";

    /** Open a tunnel. */
    public static final String CONNECT = "CONNECT";

    /** Tell what can be done with the resource. */
    public static final String OPTIONS = "OPTIONS";

    /** Send back what was received. */
    public static final String TRACE = "TRACE";

    /** Change a part of the resource (RFC 5789). */
    public static final String PATCH = "PATCH";

    private Method() {
    }
}
