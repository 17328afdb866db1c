package io.zokor.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Small handlers to build others from. Stateless; the handlers it makes are immutable and safe for use by many threads. */
public final class Handlers {

    private Handlers() {
    }

    /**
     * A handler that always answers with the same text, as {@code text/plain} in UTF-8.
     *
     * @param status status of the answer, 200 to 599
     * @param text its body
     * @return the handler
     * @throws IllegalArgumentException for another status
     */
    public static Handler text(int status, String text) {
        check(status, 200, 599);
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        return (request, response) -> plain(response, status, body);
    }

    /**
     * A handler that answers with a status and its reason phrase as text, for example {@code 404 Not Found}. The text is
     * constant: nothing of the request is echoed.
     *
     * @param status status of the answer, 400 to 599
     * @return the handler
     * @throws IllegalArgumentException for another status
     */
    public static Handler error(int status) {
        check(status, 400, 599);
        return text(status, line(status));
    }

    /** {@return a handler that always answers 404} */
    public static Handler notFound() {
        return error(404);
    }

    /**
     * A handler that redirects every request to the same place.
     *
     * @param url the place, absolute or relative (RFC 9110 section 10.2.2), written in ASCII
     * @param status status of the answer, 300 to 399
     * @return the handler
     * @throws IllegalArgumentException for another status, and for a URL with a control character, a space or a character
     *         outside ASCII
     */
    public static Handler redirect(String url, int status) {
        check(status, 300, 399);
        for (int i = 0; i < url.length(); i++) {
            char c = url.charAt(i);
            if (c <= ' ' || c >= 0x7f) {
                throw new IllegalArgumentException("character " + (i + 1)
                        + " of a redirect's URL must be percent-encoded (RFC 3986 section 2.1)");
            }
        }
        byte[] body = line(status).getBytes(StandardCharsets.UTF_8);
        return (request, response) -> {
            response.headers().set("Location", url);
            plain(response, status, body);
        };
    }

    /**
     * A handler that removes a prefix from the path before another one sees the request; a path without the prefix gets 404.
     * The prefix ends at the end of a segment: {@code /api} is removed from {@code /api} and {@code /api/users}, not from
     * {@code /apis}. What is left begins with a slash. {@link RequestTarget#raw()} stays as received.
     *
     * @param prefix the prefix as it stands in the path, encoded, beginning with a slash; a slash at its end is ignored
     * @param handler what answers
     * @return the handler
     * @throws IllegalArgumentException if the prefix does not begin with a slash
     */
    public static Handler stripPrefix(String prefix, Handler handler) {
        if (!prefix.startsWith("/")) {
            throw new IllegalArgumentException("a prefix begins with a slash: \"" + prefix + "\"");
        }
        String start = prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
        Handler other = notFound();
        return (request, response) -> {
            String path = request.path();
            int length = start.length();
            if (!path.startsWith(start) || path.length() > length && path.charAt(length) != '/') {
                other.handle(request, response);
                return;
            }
            String rest = path.length() == length ? "/" : path.substring(length);
            switch (request.target()) {
                case RequestTarget.Origin t ->
                    handler.handle(new Moved(request, new RequestTarget.Origin(t.raw(), rest, t.query())), response);
                case RequestTarget.Absolute t -> handler.handle(new Moved(request,
                        new RequestTarget.Absolute(t.raw(), t.scheme(), t.authority(), rest, t.query())), response);
                case RequestTarget.Authority t -> other.handle(request, response);
                case RequestTarget.Asterisk t -> other.handle(request, response);
            }
        };
    }

    private static void plain(ResponseWriter response, int status, byte[] body) throws IOException {
        Headers headers = response.headers();
        headers.set("Content-Type", "text/plain; charset=utf-8");
        // an error page must not be taken for a script or a style sheet
        headers.set("X-Content-Type-Options", "nosniff");
        response.status(status);
        response.write(body);
    }

    private static String line(int status) {
        return (status + " " + Status.reason(status)).strip() + "\n";
    }

    private static void check(int status, int low, int high) {
        if (status < low || status > high) {
            throw new IllegalArgumentException("status " + status + " is not between " + low + " and " + high);
        }
    }

    /** A request whose target is another one; as immutable as the request behind it. */
    private static final class Moved extends RequestWrapper {

        private final RequestTarget target;

        Moved(Request request, RequestTarget target) {
            super(request);
            this.target = target;
        }

        @Override
        public RequestTarget target() {
            return target;
        }

        @Override
        public String path() {
            return target.path();
        }
    }
}
