/** Auto-configuration of Zokor as the server of Actuator's own port. */
@NullMarked
package io.zokor.spring.autoconfigure.actuate;

import org.jspecify.annotations.NullMarked;
