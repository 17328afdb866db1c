/** The server: listening, accepting, serving connections, shutting down. */
@NullMarked
package io.zokor.server;

import org.jspecify.annotations.NullMarked;
