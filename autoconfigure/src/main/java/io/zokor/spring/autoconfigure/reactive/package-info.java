/** Auto-configuration of Zokor for WebFlux applications. */
@NullMarked
package io.zokor.spring.autoconfigure.reactive;

import org.jspecify.annotations.NullMarked;
