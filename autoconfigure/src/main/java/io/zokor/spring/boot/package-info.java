/** Zokor as an embedded server of Spring Boot: what its servlet and its reactive form have in common. */
@NullMarked
package io.zokor.spring.boot;

import org.jspecify.annotations.NullMarked;
