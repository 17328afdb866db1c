/** Sessions of one application: identity, time, attributes, persistence (Servlet 6.1 chapter 7). */
@NullMarked
package io.zokor.servlet.session;

import org.jspecify.annotations.NullMarked;
