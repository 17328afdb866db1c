/** The public vocabulary of HTTP: messages, handlers, fields and targets (RFC 9110, RFC 9112). */
@NullMarked
package io.zokor.http;

import org.jspecify.annotations.NullMarked;
