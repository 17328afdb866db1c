/** Which servlet or filter a path belongs to: canonical paths and URL patterns (Servlet 6.1 section 3.5 and chapter 12). Pure. */
@NullMarked
package io.zokor.servlet.mapping;

import org.jspecify.annotations.NullMarked;
