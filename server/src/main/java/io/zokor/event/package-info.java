/** What a server tells about itself: one listener interface, connection states, summaries. */
@NullMarked
package io.zokor.event;

import org.jspecify.annotations.NullMarked;
