/**
 * A request's way through the container: its cycle, dispatches, asynchronous processing, error pages, and the objects that the
 * application sees. The Servlet API ties request, response, dispatcher and asynchronous context to one another; what is not tied
 * by it stays out of here.
 */
@NullMarked
package io.zokor.servlet.internal.request;

import org.jspecify.annotations.NullMarked;
