package io.zokor.spring.boot;

/** Which header fields of trusted proxies count. Not both: a proxy that writes one kind lets the other pass as the client sent it. */
public enum ForwardedFields {
    /** {@code X-Forwarded-For}, {@code -Proto}, {@code -Host} and {@code -Port}. */
    X_FORWARDED,
    /** {@code Forwarded} (RFC 7239). */
    RFC_7239
}
