/** A sample: pages of Thymeleaf behind a login form of Spring Security, as people write them. */
@NullMarked
package io.zokor.samples.notes;

import org.jspecify.annotations.NullMarked;
