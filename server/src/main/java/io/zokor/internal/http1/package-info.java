/** HTTP/1.0 and HTTP/1.1 on the wire (RFC 9112). Internal: subject to change. */
@NullMarked
package io.zokor.internal.http1;

import org.jspecify.annotations.NullMarked;
