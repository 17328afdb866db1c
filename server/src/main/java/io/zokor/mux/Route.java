package io.zokor.mux;

import io.zokor.http.Handler;

/**
 * A registered pattern. Immutable.
 *
 * @param pattern what it matches
 * @param handler what answers
 * @param site where it was registered, for messages
 */
record Route(RoutePattern pattern, Handler handler, String site) {
}
