/** Uploads of any size. */
@NullMarked
package io.zokor.demo.uploads;

import org.jspecify.annotations.NullMarked;
