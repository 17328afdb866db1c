package io.zokor.internal.exchange;

import io.zokor.http.Headers;
import io.zokor.http.Upgrade;

import org.jspecify.annotations.Nullable;

/** Status and fields as a handler sets them, until the commit. Owned by the thread that writes the response, one at a time. */
final class ResponseDraft {

    private int status = 200;

    private Headers headers = new Headers();

    /** Few responses have any. */
    private @Nullable Headers trailers;

    /** The fields as they were when the handler fixed the head; {@code null} until then. */
    private @Nullable Headers fixed;

    /** What is to go on behind the head, if its status then says so. */
    private @Nullable Upgrade upgrade;

    int status() {
        return status;
    }

    void status(int value) {
        if (fixed == null) {
            status = value;
        }
    }

    Headers headers() {
        return headers;
    }

    Headers trailers() {
        Headers current = trailers;
        if (current == null) {
            current = new Headers();
            trailers = current;
        }
        return current;
    }

    boolean hasTrailers() {
        Headers current = trailers;
        return current != null && !current.isEmpty();
    }

    /** The fields that go out. */
    Headers fields() {
        Headers kept = fixed;
        return kept == null ? headers : kept;
    }

    /** Status and fields are to go out as they are now. */
    void fix() {
        if (fixed == null) {
            fixed = new Headers(headers);
        }
    }

    void upgrade(Upgrade next) {
        upgrade = next;
    }

    /** What goes on behind the head, or {@code null} where its status switches nothing. */
    @Nullable
    Upgrade switched(RequestHead request) {
        return ResponseRules.switchesProtocol(request, status) ? upgrade : null;
    }

    void reset(int newStatus, Headers newHeaders) {
        status = newStatus;
        headers = newHeaders;
        trailers = null;
        fixed = null;
    }
}
