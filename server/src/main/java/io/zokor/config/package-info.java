/** Settings of a server: records that validate themselves. Depends on the JDK alone. */
@NullMarked
package io.zokor.config;

import org.jspecify.annotations.NullMarked;
