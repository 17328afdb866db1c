/** A sample: a REST API over Spring Data JPA, as people write them. */
@NullMarked
package io.zokor.samples.library;

import org.jspecify.annotations.NullMarked;
