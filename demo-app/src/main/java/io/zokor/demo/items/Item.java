package io.zokor.demo.items;

import java.time.Instant;

import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;

/**
 * One entry of the reading list, a row of the table {@code ITEM}.
 *
 * @param id given by the database
 * @param title what to read
 * @param link where it is
 * @param done whether it has been read
 * @param added when it came onto the list
 */
record Item(@Id @Nullable Long id, String title, @Nullable String link, boolean done, Instant added) {

    Item withDone(boolean value) {
        return new Item(id, title, link, value, added);
    }
}
