package io.zokor.internal.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Host and port (RFC 9110 section 7.2, RFC 3986 section 3.2). */
class HostSyntaxTest {

    @ParameterizedTest
    @ValueSource(strings = { "", "example.com", "EXAMPLE.com", "example.com:80", "example.com:", "localhost:8080",
        "a", "1", "127.0.0.1", "127.0.0.1:65535", "999.1.1.1", "a_b.example", "x-y", "xn--bcher-kva.example",
        "%41.example", "%e4%b8%ad", "a!$&'()*+,;=b", "example.com.", "[::]", "[::1]", "[::1]:80", "[::1]:",
        "[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7::]", "[::2:3:4:5:6:7:8]", "[2001:db8::ff00:42:8329]",
        "[::ffff:192.0.2.1]", "[1:2:3:4:5:6:192.0.2.1]", "[v1.fe80::a+en1]", "[vF.x]", "[V1.a:b]", "host:00080",
        "host:0" })
    void valid(String text) {
        assertThat(HostSyntax.isValid(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { ":80", ":", "a b", " a", "a ", "a\tb", "a/b", "a?b", "a#b", "a@b", "user:pw@host",
        "a\\b", "a:b", "a:-1", "a:+1", "a:65536", "a:000080", "a:123456", "a:8 0", "a:80:80", "::1", "[", "]",
        "[]", "[:]", "[:::]", "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]", "[1::2::3]", "[12345::]", "[g::]",
        "[::1", "::1]", "[::1]80", "[::1]x", "[::1]:x", "[::1%25eth0]", "[::1%eth0]", "[1.2.3.4]",
        "[::1.2.3]", "[::1.2.3.4.5]", "[::256.1.1.1]", "[::01.1.1.1]", "[1.2.3.4::]", "[::1.2.3.4:5]", "[v.x]",
        "[v1.]", "[v1]", "[vg.x]", "[v1.x/]", "%", "%4", "%4g", "a%", "a%2", "<host>", "a,b:1,2", "h\u00f6st",
        "a\u0000b", "a\"b", "a|b", "a^b", "{host}", "[1:2:3:4:5:6:7:8::]", "[::1:2:3:4:5:6:7:8]" })
    void invalid(String text) {
        assertThat(HostSyntax.isValid(text)).isFalse();
    }
}
