package io.zokor.samples.notes;

import java.io.Serializable;

/**
 * What a user is about to write, kept in the session.
 *
 * @param text the text so far
 */
record Draft(String text) implements Serializable {
}
