/** What Actuator shows of Zokor servers: a live view and their health. */
@NullMarked
package io.zokor.spring.actuate;

import org.jspecify.annotations.NullMarked;
