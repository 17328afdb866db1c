/**
 * The Jakarta Servlet 6.1 container: a {@link io.zokor.http.Handler} that runs servlets, filters and listeners. Knows nothing
 * of sockets or protocols.
 */
@NullMarked
package io.zokor.servlet;

import org.jspecify.annotations.NullMarked;
