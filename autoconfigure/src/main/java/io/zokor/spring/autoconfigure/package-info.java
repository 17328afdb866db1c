/** Auto-configuration of Zokor: the properties {@code zokor.*} and how they reach a server. */
@NullMarked
package io.zokor.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;
