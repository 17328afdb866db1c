/** A sample: what everybody needs and few can have at once, as a pool of database connections. */
@NullMarked
package io.zokor.samples.overload;

import org.jspecify.annotations.NullMarked;
