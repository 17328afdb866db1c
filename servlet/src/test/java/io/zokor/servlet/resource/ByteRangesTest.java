package io.zokor.servlet.resource;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 sections 14.1.1, 14.1.2 and 14.2, over a representation of 1,000 bytes. */
class ByteRangesTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            bytes=0-0                        | 0-0
            bytes=0-499                      | 0-499
            bytes=500-                       | 500-999
            bytes=-1                         | 999-999
            bytes=-1000                      | 0-999
            bytes=-5000                      | 0-999
            bytes=999-99999999999999999999   | 999-999
            BYTES= 1-2                       | 1-2
            bytes=0-1,5-6                    | 0-1 5-6
            bytes=5-6 , 0-1                  | 5-6 0-1
            bytes=,0-1,,                     | 0-1
            bytes=0-1,2000-3000              | 0-1
            bytes=1000-                      | ''
            bytes=-0                         | ''
            bytes=99999999999999999999-      | ''
            bytes=2000-3000,1000-            | ''
            """)
    void findsWhatCanBeSent(String header, String ranges) {
        List<ByteRanges.Range> found = ByteRanges.parse(header, 1000);

        assertThat(found).isNotNull();
        assertThat(found.stream().map(range -> range.first() + "-" + range.last()).collect(Collectors.joining(" ")))
                .isEqualTo(ranges);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "bytes", "bytes=", "bytes=,", "bytes=-", "bytes=a-b", "bytes=1", "bytes=2-1",
        "bytes=1-2-3",
        "bytes=--1", "bytes=+1-2", "bytes=1 - 2", "bytes=0-1,x", "items=0-1", "bytes 0-1", "bytes=\u0661-\u0662" })
    void ignoresWhatItDoesNotUnderstand(String header) {
        assertThat(ByteRanges.parse(header, 1000)).isNull();
    }

    @Test
    void nothingOfAnEmptyRepresentationCanBeSent() {
        assertThat(ByteRanges.parse("bytes=0-", 0)).isEmpty();
        assertThat(ByteRanges.parse("bytes=-5", 0)).isEmpty();
    }

    /** CVE-2011-3192: many overlapping ranges. */
    @Test
    void manyOrOverlappingRangesAreTheWhole() {
        String many = IntStream.range(0, 17).mapToObj(i -> i + "-" + i).collect(Collectors.joining(","));

        assertThat(ByteRanges.parse("bytes=" + many, 1000)).isNull();
        assertThat(ByteRanges.parse("bytes=0-,0-,0-", 1000)).isNull();
        assertThat(ByteRanges.parse("bytes=" + "0-0,".repeat(100_000), 1000)).isNull();
    }
}
