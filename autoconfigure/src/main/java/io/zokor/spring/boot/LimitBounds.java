package io.zokor.spring.boot;

/**
 * Between which values a limit moves that the server finds itself. Immutable.
 *
 * @param least the least value
 * @param most the largest value
 */
public record LimitBounds(long least, long most) {
}
