/** A WebFlux application on Zokor: messages that are kept in memory, and streams of them. */
@NullMarked
package io.zokor.demo.webflux;

import org.jspecify.annotations.NullMarked;
