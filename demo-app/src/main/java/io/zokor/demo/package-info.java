/** The application that shows Zokor at work: a reading list, uploads, a live stream, and requests that go wrong on purpose. */
@NullMarked
package io.zokor.demo;

import org.jspecify.annotations.NullMarked;
