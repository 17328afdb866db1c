/** HTTP/2 (RFC 9113): one reader, a thread for each stream, combined output. Internal: subject to change. */
@NullMarked
package io.zokor.internal.http2;

import org.jspecify.annotations.NullMarked;
