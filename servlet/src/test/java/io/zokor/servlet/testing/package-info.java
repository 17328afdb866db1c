/** Applications that tests and benches of the container serve. */
@NullMarked
package io.zokor.servlet.testing;

import org.jspecify.annotations.NullMarked;
