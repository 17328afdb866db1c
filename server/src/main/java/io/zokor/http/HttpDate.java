package io.zokor.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/** Dates of HTTP (RFC 9110 section 5.6.7): written in the fixed format, read in all three. Stateless. */
public final class HttpDate {

    private static final DateTimeFormatter FIXED = DateTimeFormatter
            .ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    private static final DateTimeFormatter ASCTIME = new DateTimeFormatterBuilder().appendPattern("EEE MMM ")
            .padNext(2).appendValue(ChronoField.DAY_OF_MONTH).appendPattern(" HH:mm:ss yyyy")
            .toFormatter(Locale.ENGLISH);

    private HttpDate() {
    }

    /**
     * Writes a date, for example {@code Sun, 06 Nov 1994 08:49:37 GMT}.
     *
     * @param instant the date; parts of a second are dropped
     * @return its text
     */
    public static String format(Instant instant) {
        return FIXED.format(instant);
    }

    /**
     * Reads a date in the fixed, the RFC 850 or the asctime format.
     *
     * @param text the text
     * @return the date, or {@code null} where the text is none
     */
    public static @Nullable Instant parse(String text) {
        String trimmed = text.strip();
        try {
            if (trimmed.length() == 29) {
                return ZonedDateTime.parse(trimmed, FIXED).toInstant();
            }
            if (trimmed.indexOf(',') > 3) {
                return parseRfc850(trimmed);
            }
            return LocalDateTime.parse(trimmed, ASCTIME).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** A two-digit year that seems more than 50 years ahead is of the past (RFC 9110 section 5.6.7). */
    private static Instant parseRfc850(String text) {
        int now = ZonedDateTime.now(ZoneOffset.UTC).getYear();
        DateTimeFormatter formatter = new DateTimeFormatterBuilder().appendPattern("dd-MMM-")
                .appendValueReduced(ChronoField.YEAR, 2, 2, now - 49).appendPattern(" HH:mm:ss 'GMT'")
                .toFormatter(Locale.ENGLISH);
        return LocalDateTime.parse(text.substring(text.indexOf(',') + 1).strip(), formatter).toInstant(ZoneOffset.UTC);
    }
}
