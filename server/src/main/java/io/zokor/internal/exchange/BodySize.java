package io.zokor.internal.exchange;

/** How long the body of a response is, as far as is known when its head is written. */
public sealed interface BodySize {

    /** There is no body, whatever the fields say: HEAD, 1xx, 204, 304. */
    record None() implements BodySize {
    }

    /**
     * The length is known.
     *
     * @param length bytes
     */
    record Fixed(long length) implements BodySize {
    }

    /** There is no body: behind the head another protocol goes on. */
    record Switched() implements BodySize {
    }

    /** The length is not known. */
    record Unknown() implements BodySize {
    }
}
