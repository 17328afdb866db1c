/** WebFlux applications on Zokor, as an embedded server of Spring Boot. */
@NullMarked
package io.zokor.spring.boot.reactive;

import org.jspecify.annotations.NullMarked;
