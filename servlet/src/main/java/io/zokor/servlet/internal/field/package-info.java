/** Values of header fields, parameters and paths: read and written by pure functions and small values. */
@NullMarked
package io.zokor.servlet.internal.field;

import org.jspecify.annotations.NullMarked;
