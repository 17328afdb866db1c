package io.zokor.internal.hpack;

import java.io.IOException;

/** What takes the fields of a block, in their order. */
@FunctionalInterface
public interface FieldSink {

    /**
     * Takes a field. The decoder knows the peer's table only as long as it reads every block to its end; so a sink that has had
     * enough of a request (its limits, a malformed field) must remember that, take the rest without keeping it, and say so behind
     * the block. What it throws ends the block, and with it the connection: the decoder takes no other.
     *
     * @param name the name as it was sent, in Latin-1; names that are common are always the same object
     * @param value the value as it was sent, in Latin-1
     * @throws IOException where it makes no sense to read on
     */
    void field(String name, String value) throws IOException;
}
