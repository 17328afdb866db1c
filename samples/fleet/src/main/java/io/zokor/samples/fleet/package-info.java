/** A sample: a shop's cart on several instances, whose sessions are in Redis, as people write it. */
@NullMarked
package io.zokor.samples.fleet;

import org.jspecify.annotations.NullMarked;
