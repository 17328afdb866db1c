/** Static content of one application and the servlet that serves it (Servlet 6.1 sections 4.6 and 10.10). */
@NullMarked
package io.zokor.servlet.resource;

import org.jspecify.annotations.NullMarked;
