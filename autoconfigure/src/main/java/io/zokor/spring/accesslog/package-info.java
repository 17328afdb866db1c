/** The access log: one line for each request, and for each that was refused. */
@NullMarked
package io.zokor.spring.accesslog;

import org.jspecify.annotations.NullMarked;
