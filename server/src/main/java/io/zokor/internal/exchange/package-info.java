/** One request and its response, whatever the protocol. Internal: subject to change. */
@NullMarked
package io.zokor.internal.exchange;

import org.jspecify.annotations.NullMarked;
