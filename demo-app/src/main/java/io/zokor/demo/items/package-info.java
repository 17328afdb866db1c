/** A reading list over an embedded database. */
@NullMarked
package io.zokor.demo.items;

import org.jspecify.annotations.NullMarked;
