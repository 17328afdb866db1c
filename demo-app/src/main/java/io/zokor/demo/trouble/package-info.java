/** Requests that go wrong on purpose. */
@NullMarked
package io.zokor.demo.trouble;

import org.jspecify.annotations.NullMarked;
