package io.zokor.servlet.resource;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

import io.zokor.http.HttpDate;

/** Conditional requests for GET and HEAD, in the order of RFC 9110 section 13.2.2. Pure. */
final class Preconditions {

    private Preconditions() {
    }

    /** What a conditional request comes to. */
    enum Result {
        /** Answer as if there were no condition. */
        PROCEED,
        /** 304. */
        NOT_MODIFIED,
        /** 412. */
        FAILED
    }

    /**
     * Evaluates the conditions but If-Range.
     *
     * @param fields the values of the request's fields
     * @param etag entity tag of the representation, with quotes and {@code W/}
     * @param lastModified when it was modified, in milliseconds since 1970, 0 or less for unknown
     * @return what they come to
     */
    static Result evaluate(Fields fields, String etag, long lastModified) {
        if (fields.ifMatch != null) {
            if (!matches(fields.ifMatch, etag, true)) {
                return Result.FAILED;
            }
        } else if (fields.ifUnmodifiedSince != null) {
            Instant since = HttpDate.parse(fields.ifUnmodifiedSince);
            if (since != null && lastModified > 0 && lastModified / 1000 > since.getEpochSecond()) {
                return Result.FAILED;
            }
        }
        if (fields.ifNoneMatch != null) {
            return matches(fields.ifNoneMatch, etag, false) ? Result.NOT_MODIFIED : Result.PROCEED;
        }
        if (fields.ifModifiedSince != null) {
            Instant since = HttpDate.parse(fields.ifModifiedSince);
            if (since != null && lastModified > 0 && lastModified / 1000 <= since.getEpochSecond()) {
                return Result.NOT_MODIFIED;
            }
        }
        return Result.PROCEED;
    }

    /**
     * The fields of a conditional request, each with its lines joined by commas, {@code null} where it is not there.
     *
     * @param ifMatch If-Match
     * @param ifNoneMatch If-None-Match
     * @param ifModifiedSince If-Modified-Since
     * @param ifUnmodifiedSince If-Unmodified-Since
     */
    record Fields(@Nullable String ifMatch, @Nullable String ifNoneMatch, @Nullable String ifModifiedSince,
            @Nullable String ifUnmodifiedSince) {
    }

    /**
     * Whether a Range counts under an If-Range (RFC 9110 section 13.1.5): the validator must be strong and the same.
     *
     * @param ifRange its value, {@code null} for none
     * @param etag entity tag of the representation
     * @param lastModified when it was modified, in milliseconds since 1970
     * @param now the date of the answer, in milliseconds since 1970
     * @return whether it does
     */
    static boolean rangeCounts(@Nullable String ifRange, String etag, long lastModified, long now) {
        if (ifRange == null) {
            return true;
        }
        String validator = ifRange.strip();
        if (validator.startsWith("\"") || validator.startsWith("W/")) {
            return !etag.startsWith("W/") && validator.equals(etag);
        }
        Instant date = HttpDate.parse(validator);
        // A date is strong only where a second change within that second is ruled out (RFC 9110 section 8.8.2.2).
        return date != null && lastModified > 0 && date.getEpochSecond() == lastModified / 1000
                && now / 1000 > lastModified / 1000;
    }

    /** Whether a list of entity tags, or {@code *}, has one (RFC 9110 section 8.8.3.2); what is malformed matches nothing. */
    private static boolean matches(String list, String etag, boolean strongly) {
        String text = list.strip();
        if (text.equals("*")) {
            return true;
        }
        boolean weak = etag.startsWith("W/");
        if (strongly && weak) {
            return false;
        }
        String opaque = weak ? etag.substring(2) : etag;
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == ' ' || c == '\t' || c == ',') {
                i++;
                continue;
            }
            boolean candidateWeak = text.startsWith("W/", i);
            int start = candidateWeak ? i + 2 : i;
            int end = text.startsWith("\"", start) ? text.indexOf('"', start + 1) : -1;
            if (end < 0) {
                return false;
            }
            if (!(strongly && candidateWeak) && opaque.equals(text.substring(start, end + 1))) {
                return true;
            }
            i = end + 1;
        }
        return false;
    }
}
