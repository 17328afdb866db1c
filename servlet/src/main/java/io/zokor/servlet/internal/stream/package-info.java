/** Bodies of requests and responses as the Servlet API has them: streams, their listeners, and what waits for them. */
@NullMarked
package io.zokor.servlet.internal.stream;

import org.jspecify.annotations.NullMarked;
