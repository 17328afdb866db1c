/** What the server is doing, as a stream of events. */
@NullMarked
package io.zokor.demo.live;

import org.jspecify.annotations.NullMarked;
