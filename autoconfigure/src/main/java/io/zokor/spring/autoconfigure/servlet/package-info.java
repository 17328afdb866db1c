/** Auto-configuration of Zokor for servlet applications. */
@NullMarked
package io.zokor.spring.autoconfigure.servlet;

import org.jspecify.annotations.NullMarked;
