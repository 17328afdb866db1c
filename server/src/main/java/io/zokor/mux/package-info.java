/** Routing of requests to handlers by method, host and path pattern. */
@NullMarked
package io.zokor.mux;

import org.jspecify.annotations.NullMarked;
