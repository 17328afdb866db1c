package io.zokor.servlet.session;

import java.util.Map;

/**
 * A session as it goes to the store and comes back. Times are milliseconds since 1970.
 *
 * @param id its id
 * @param creationTime when it was created
 * @param lastAccessedTime the access before the last
 * @param thisAccessedTime the last access, which expiry counts from
 * @param maxInactiveInterval seconds, 0 or less for never
 * @param accesses how many requests have used it, at most 2 is of interest
 * @param attributes what is bound to it
 */
record StoredSession(String id, long creationTime, long lastAccessedTime, long thisAccessedTime,
        int maxInactiveInterval, int accesses, Map<String, Object> attributes) {
}
