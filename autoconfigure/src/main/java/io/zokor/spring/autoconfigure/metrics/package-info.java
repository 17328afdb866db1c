/** Auto-configuration of Zokor's metrics. */
@NullMarked
package io.zokor.spring.autoconfigure.metrics;

import org.jspecify.annotations.NullMarked;
