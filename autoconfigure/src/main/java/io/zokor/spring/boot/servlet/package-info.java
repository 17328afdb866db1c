/** Zokor's servlet container as an embedded server of Spring Boot. */
@NullMarked
package io.zokor.spring.boot.servlet;

import org.jspecify.annotations.NullMarked;
