/** What a Zokor server counts, as Micrometer meters. */
@NullMarked
package io.zokor.spring.metrics;

import org.jspecify.annotations.NullMarked;
