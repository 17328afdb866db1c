package io.zokor.internal.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;

import io.zokor.config.Compression;
import io.zokor.http.Headers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether a response is compressed (RFC 9110 sections 8.4 and 12.5.3). */
class CompressionRuleTest {

    private static final Compression CONFIG = new Compression(true, List.of("text/plain", "application/*"), 100,
            List.of(Pattern.compile("OldBrowser")));

    @ParameterizedTest
    @CsvSource(quoteCharacter = '|', value = { "|gzip|, true", "|GZIP|, true", "|x-gzip|, true",
        "|deflate, gzip;q=0.5|, true", "|gzip;q=0|, false", "|gzip;q=0.000|, false", "|gzip ; q=0|, false",
        "|gzip;q=0.001|, true", "|*|, true", "|*;q=0|, false", "|*, gzip;q=0|, false", "|gzip;q=0, *|, false",
        "|identity|, false", "||, false", "|br, deflate|, false", "|gzip;q=oops|, false", "|gzippo|, false",
        "|,,gzip,|, true", "|br;q=1.0, gzip;q=0.8, *;q=0.1|, true" })
    void acceptEncoding(String value, boolean expected) {
        assertThat(CompressionRule.acceptsGzip(List.of(value))).isEqualTo(expected);
    }

    @Test
    void severalFieldsAreOneList() {
        assertThat(CompressionRule.acceptsGzip(List.of("br", "gzip"))).isTrue();
        assertThat(CompressionRule.acceptsGzip(List.of("*", "gzip;q=0"))).isFalse();
        assertThat(CompressionRule.acceptsGzip(List.of())).isFalse();
    }

    @Test
    void excludedUserAgents() {
        Headers request = new Headers().add("Accept-Encoding", "gzip");
        assertThat(CompressionRule.accepted(CONFIG, request)).isTrue();
        assertThat(CompressionRule.accepted(CONFIG, request.set("User-Agent", "An OldBrowser/1"))).isFalse();
        assertThat(CompressionRule.accepted(CONFIG, request.set("User-Agent", "NewBrowser"))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({ "text/plain, true", "TEXT/Plain;charset=utf-8, true", "application/json, true",
        "application/x+y ; a=b, true", "text/html, false", "text/plainer, false", "application/, false",
        "application, false", "'', false", "image/png, false" })
    void mediaTypes(String type, boolean expected) {
        assertThat(CompressionRule.eligible(CONFIG, 200, new Headers().add("Content-Type", type), 1000))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({ "99, false", "100, true", "101, true", "-1, true", "0, false" })
    void sizes(long length, boolean expected) {
        assertThat(CompressionRule.eligible(CONFIG, 200, plain(), length)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({ "200, true", "201, true", "404, true", "500, true", "101, false", "204, false", "205, false",
        "206, false", "304, false" })
    void statuses(int status, boolean expected) {
        assertThat(CompressionRule.eligible(CONFIG, status, plain(), 1000)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({ "200, true", "404, true", "206, true", "304, true", "101, false", "204, false", "205, false" })
    void statusesThatVary(int status, boolean expected) {
        assertThat(CompressionRule.varies(CONFIG, status, plain(), 1000)).isEqualTo(expected);
        assertThat(CompressionRule.varies(CONFIG, status, new Headers(), 1000)).as("without a type")
                .isEqualTo(status == 206 || status == 304);
    }

    @ParameterizedTest
    @ValueSource(strings = { "Content-Encoding: br", "Content-Range: bytes 0-1/2", "Cache-Control: a, No-Transform",
        "ETag: \"strong\"" })
    void fieldsThatForbidIt(String field) {
        String[] parts = field.split(": ");
        assertThat(CompressionRule.eligible(CONFIG, 200, plain().add(parts[0], parts[1]), 1000)).isFalse();
    }

    @Test
    void aWeakValidatorAllowsIt() {
        assertThat(CompressionRule.eligible(CONFIG, 200, plain().add("ETag", "W/\"weak\""), 1000)).isTrue();
    }

    @Test
    void offIsOff() {
        assertThat(CompressionRule.eligible(Compression.none(), 200, plain(), 10_000)).isFalse();
    }

    @Test
    void withoutAContentTypeNothingIsCompressed() {
        assertThat(CompressionRule.eligible(CONFIG, 200, new Headers(), 1000)).isFalse();
    }

    private static Headers plain() {
        return new Headers().add("Content-Type", "text/plain");
    }
}
