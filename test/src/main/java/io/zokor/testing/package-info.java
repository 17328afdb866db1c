/** Fixtures for tests, in the spirit of Go's httptest: a server, raw clients, clocks and pipes. They use public hooks only. */
@NullMarked
package io.zokor.testing;

import org.jspecify.annotations.NullMarked;
