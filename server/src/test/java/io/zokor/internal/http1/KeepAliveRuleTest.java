package io.zokor.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.zokor.http.Headers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whether a connection goes on (RFC 9112 section 9.3). */
class KeepAliveRuleTest {

    @ParameterizedTest
    @CsvSource(quoteCharacter = '|', value = { "false, ||, true", "true, ||, false", "false, |close|, false",
        "true, |close|, false", "false, |CLOSE|, false", "false, |keep-alive|, true", "true, |keep-alive|, true",
        "true, |Keep-Alive|, true", "true, |foo, Keep-Alive|, true", "true, |keep-alive, close|, false",
        "false, |Upgrade , close|, false", "false, |closed|, true", "false, |x-close|, true",
        "true, |keep-alive-not|, false", "false, |,,close,|, false", "false, |\"close\"|, true" })
    void ofOneField(boolean http10, String value, boolean expected) {
        Headers headers = new Headers();
        if (!value.isEmpty()) {
            headers.add("Connection", value);
        }
        assertThat(KeepAlive.requested(http10, headers)).isEqualTo(expected);
    }

    @Test
    void anyOfSeveralFieldsCanClose() {
        Headers headers = new Headers();
        headers.add("Connection", "keep-alive");
        headers.add("connection", "te, Close");
        assertThat(KeepAlive.requested(false, headers)).isFalse();
        assertThat(KeepAlive.requested(true, headers)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({ "0, false, 100, true", "0, true, 100, true", "99, false, 100, true", "100, false, 100, true",
        "101, false, 100, false", "1, true, 100, false", "-1, false, 100, true", "-1, true, 100, false",
        "1, false, 0, false", "0, false, 0, true", "9223372036854775807, false, 100, false" })
    void draining(long remaining, boolean continuePending, long drain, boolean expected) {
        assertThat(KeepAlive.canDrain(remaining, continuePending, drain)).isEqualTo(expected);
    }
}
