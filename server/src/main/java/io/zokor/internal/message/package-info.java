/** Grammar and rules of messages that all protocols read alike; pure functions. Internal: subject to change. */
@NullMarked
package io.zokor.internal.message;

import org.jspecify.annotations.NullMarked;
