/** HPACK (RFC 7541): how HTTP/2 compresses fields. Knows nothing of frames. Internal: subject to change. */
@NullMarked
package io.zokor.internal.hpack;

import org.jspecify.annotations.NullMarked;
