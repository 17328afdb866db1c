package io.zokor.internal.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.http.RequestTarget;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The four forms of request targets (RFC 9112 section 3.2). */
class TargetParserTest {

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = { "/, /, -", "/?, /, ''", "/a/b, /a/b, -", "/a?b=c, /a, b=c",
        "/a?b?c, /a, b?c", "//a, //a, -", "/a//b/../c;x=y, /a//b/../c;x=y, -", "/%2e%2E/%00, /%2e%2E/%00, -",
        "/a?x=[1]&y={2}, /a, x=[1]&y={2}", "/~:@!$&'()*+;=-._, /~:@!$&'()*+;=-._, -",
        "/a?%41=%e4, /a, %41=%e4" })
    void origin(String raw, String path, String query) throws Exception {
        RequestTarget target = TargetParser.parse("GET", raw);
        assertThat(target).isInstanceOf(RequestTarget.Origin.class);
        assertThat(target.raw()).isEqualTo(raw);
        assertThat(target.path()).isEqualTo(path);
        assertThat(target.query()).isEqualTo(query);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = { "http://h, http, h, /, -", "http://h/, http, h, /, -",
        "HTTP://H:80/a?b, http, H:80, /a, b", "https://h?q, https, h, /, q",
        "http://[::1]:8080/x, http, [::1]:8080, /x, -",
        "http://h:/, http, h:, /, -" })
    void absolute(String raw, String scheme, String authority, String path, String query) throws Exception {
        assertThat(TargetParser.parse("GET", raw))
                .isEqualTo(new RequestTarget.Absolute(raw, scheme, authority, path, query));
    }

    @Test
    void asteriskIsForOptionsAlone() throws Exception {
        assertThat(TargetParser.parse("OPTIONS", "*")).isInstanceOf(RequestTarget.Asterisk.class);
        refused("GET", "*");
        refused("OPTIONS", "**");
        refused("OPTIONS", "*?a");
    }

    @ParameterizedTest
    @ValueSource(strings = { "h:443", "example.com:1", "[::1]:443" })
    void authorityIsForConnect(String raw) throws Exception {
        assertThat(TargetParser.parse("CONNECT", raw)).isEqualTo(new RequestTarget.Authority(raw));
        refused("GET", raw);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "h", "h:", "h:0", ":443", "/", "*", "http://h:443", "u@h:443", "h:65536", "::1:443" })
    void connectWithoutHostAndPort(String raw) {
        refused("CONNECT", raw);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "a", "a/b", "?a", "#", "/#", "/a#b", "/a?b#c", "/a b", "/\u00e4", "/\u007f",
        "/\u0001", "/a\\b", "/a\"b", "/<a>", "/{a}", "/a^b", "/a`b", "/a|b", "/[a]", "/a?b\"c", "/a?<b>",
        "/a?b\\c", "/%", "/%1", "/%g0", "/%0g", "/a?%", "/a?%4", "/a?%xy", "ftp://h/", "http:/h", "http:h",
        "://h", "http://", "http:///a", "http://?a", "http://:80/", "http://u@h/", "http://u:p@h/",
        "http://h#f", "http://h/#f", "http://h /", "http://h\\a/", "http://a,b:c/", "javascript://h/",
        "file:///etc/passwd", "http://h/%", "http://[::1/", "http:// h/" })
    void malformed(String raw) {
        refused("GET", raw);
        refused("OPTIONS", raw);
    }

    private static void refused(String method, String raw) {
        assertThatThrownBy(() -> TargetParser.parse(method, raw)).isInstanceOfSatisfying(
                RejectedRequestException.class, e -> {
                    assertThat(e.status()).isEqualTo(400);
                    assertThat(e.reason()).isEqualTo(RejectReason.TARGET);
                    assertThat(e.getMessage()).as("no input in the message").doesNotContain("passwd");
                });
    }
}
