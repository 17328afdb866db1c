/** Parts of multipart requests, parsed as they stream in (Servlet 6.1 section 3.2, RFC 7578, RFC 2046). */
@NullMarked
package io.zokor.servlet.multipart;

import org.jspecify.annotations.NullMarked;
