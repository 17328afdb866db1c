package io.zokor.internal.exchange;

import java.nio.charset.StandardCharsets;
import java.time.Instant;

import io.zokor.http.HttpDate;

/** The Date field (RFC 9110 section 6.6.1), made once a second. Its state is one volatile, immutable object. */
public final class DateField {

    private record Line(long second, String value, byte[] bytes) {
    }

    private volatile Line line = new Line(-1, "", new byte[0]);

    /** Makes one. */
    public DateField() {
    }

    /** {@return the field line with its end, as of now; not to be changed} */
    public byte[] bytes() {
        return line().bytes;
    }

    /** {@return the field's value, as of now} */
    public String value() {
        return line().value;
    }

    private Line line() {
        long second = System.currentTimeMillis() / 1000;
        Line current = line;
        if (current.second != second) {
            String value = HttpDate.format(Instant.ofEpochSecond(second));
            current = new Line(second, value, ("Date: " + value + "\r\n").getBytes(StandardCharsets.US_ASCII));
            line = current;
        }
        return current;
    }
}
