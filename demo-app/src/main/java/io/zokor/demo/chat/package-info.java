/** A room in which browsers talk. */
@NullMarked
package io.zokor.demo.chat;

import org.jspecify.annotations.NullMarked;
