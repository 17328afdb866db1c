package io.zokor.demo.webflux;

/**
 * What somebody has said.
 *
 * @param id its place among all messages, from 1 on
 * @param text the words
 */
record Message(long id, String text) {
}
