/** Bytes: connections, listeners, deadlines, TLS. The only package that touches sockets. */
@NullMarked
package io.zokor.net;

import org.jspecify.annotations.NullMarked;
