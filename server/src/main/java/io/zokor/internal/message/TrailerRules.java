package io.zokor.internal.message;

import java.util.List;
import java.util.Locale;
import java.util.Set;

import io.zokor.http.Headers;

/** Which fields may stand behind a body, in either direction (RFC 9110 section 6.5.1). Stateless, pure. */
public final class TrailerRules {

    /**
     * What is settled by the time that trailers come: framing, routing, modifiers of the request, authentication, control of
     * the response, format of the content (RFC 9110 section 6.5.1, CVE-2023-45648).
     */
    private static final Set<String> FORBIDDEN = Set.of("transfer-encoding", "host", "connection", "keep-alive", "te",
            "trailer", "upgrade", "http2-settings", "via", "forwarded", "x-real-ip", "expect", "max-forwards", "range",
            "pragma", "origin", "referer", "cache-control", "cookie", "cookie2", "set-cookie", "set-cookie2",
            "authorization", "www-authenticate", "authentication-info", "age", "date", "expires", "location",
            "retry-after", "vary", "warning", "strict-transport-security", "x-http-method-override");

    private static final List<String> FORBIDDEN_PREFIXES = List.of("content-", "proxy-", "x-forwarded-", "if-",
            "accept", "access-control-", "sec-");

    /** What is computed while content is sent, which is what trailers are for. */
    private static final Set<String> ALLOWED = Set.of("content-digest", "content-md5");

    private TrailerRules() {
    }

    /**
     * Whether a field may stand behind a body.
     *
     * @param name its name
     * @return whether it may
     */
    public static boolean isAllowed(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return ALLOWED.contains(lower)
                || !FORBIDDEN.contains(lower) && FORBIDDEN_PREFIXES.stream().noneMatch(lower::startsWith);
    }

    /**
     * What remains of a trailer section that has come.
     *
     * @param received the fields as they came
     * @return those that may stand there, sealed
     */
    public static Headers allowed(Headers received) {
        Headers kept = new Headers();
        received.forEach((name, value) -> {
            if (isAllowed(name)) {
                kept.add(name, value);
            }
        });
        return kept.seal();
    }
}
