package io.zokor.servlet.resource;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.zokor.http.HttpDate;
import io.zokor.servlet.resource.Preconditions.Fields;

/** RFC 9110 sections 13.1 and 13.2.2, over a representation of a certain second and its half. */
class PreconditionsTest {

    private static final Instant MODIFIED = Instant.parse("2026-03-04T05:06:07.500Z");

    /** Dates are told as seconds from the modification. */
    @ParameterizedTest
    @CsvSource(nullValues = "-", delimiter = '|', quoteCharacter = '`', textBlock = """
            -                  | -    | -                | -   | PROCEED
            -                  | -    | W/"a"            | -   | NOT_MODIFIED
            -                  | -    | "a"              | -   | NOT_MODIFIED
            -                  | -    | "x", W/"a"       | -   | NOT_MODIFIED
            -                  | -    | "x,W/""a"        | -   | NOT_MODIFIED
            -                  | -    | "x" ,, "y"       | -   | PROCEED
            -                  | -    | *                | -   | NOT_MODIFIED
            -                  | -    | a                | -   | PROCEED
            -                  | -    | "a               | -   | PROCEED
            -                  | -    | -                | 0   | NOT_MODIFIED
            -                  | -    | -                | 1   | NOT_MODIFIED
            -                  | -    | -                | -1  | PROCEED
            -                  | -    | -                | bad | PROCEED
            -                  | -    | "x"              | 0   | PROCEED
            -                  | -    | "a"              | -1  | NOT_MODIFIED
            -                  | 0    | -                | -   | PROCEED
            -                  | 1    | -                | -   | PROCEED
            -                  | -1   | -                | -   | FAILED
            -                  | bad  | -                | -   | PROCEED
            -                  | -1   | "a"              | -   | FAILED
            -                  | 0    | "a"              | -   | NOT_MODIFIED
            *                  | -    | -                | -   | PROCEED
            *                  | -1   | -                | -   | PROCEED
            *                  | -    | "a"              | -   | NOT_MODIFIED
            "x"                | -    | -                | -   | FAILED
            "x"                | 1    | "a"              | 0   | FAILED
            W/"a"              | -    | -                | -   | FAILED
            "a"                | -    | -                | -   | FAILED
            """)
    void evaluatesInTheOrderOfTheRfc(String ifMatch, String ifUnmodifiedSince, String ifNoneMatch,
            String ifModifiedSince,
            Preconditions.Result result) {
        Fields fields = new Fields(ifMatch, ifNoneMatch, date(ifModifiedSince), date(ifUnmodifiedSince));

        assertThat(Preconditions.evaluate(fields, "W/\"a\"", MODIFIED.toEpochMilli())).isEqualTo(result);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", delimiter = '|', quoteCharacter = '`', textBlock = """
            "a"        | PROCEED
            "x", "a"   | PROCEED
            W/"a"      | FAILED
            W/"a", "a" | PROCEED
            """)
    void ifMatchComparesStrongly(String ifMatch, Preconditions.Result result) {
        assertThat(Preconditions.evaluate(new Fields(ifMatch, null, null, null), "\"a\"", 0)).isEqualTo(result);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", delimiter = '|', quoteCharacter = '`', textBlock = """
            -     | true
            0     | true
            1     | false
            -1    | false
            bad   | false
            W/"a" | false
            "a"   | false
            """)
    void aRangeCountsUnderAStrongValidatorOnly(String ifRange, boolean counts) {
        long later = MODIFIED.plusSeconds(60).toEpochMilli();

        assertThat(Preconditions.rangeCounts(date(ifRange), "W/\"a\"", MODIFIED.toEpochMilli(), later))
                .isEqualTo(counts);
    }

    @ParameterizedTest
    @CsvSource({ "499, false", "500, true" })
    void aDateIsStrongOnceItsSecondIsOver(long millis, boolean counts) {
        assertThat(Preconditions.rangeCounts(date("0"), "W/\"a\"", MODIFIED.toEpochMilli(),
                MODIFIED.plusMillis(millis).toEpochMilli())).isEqualTo(counts);
    }

    private static String date(String text) {
        return text == null || !text.matches("-?\\d+")
                ? text
                : HttpDate.format(MODIFIED.plusSeconds(Long.parseLong(text)));
    }
}
