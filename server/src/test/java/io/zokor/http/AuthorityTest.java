package io.zokor.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.InetSocketAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Host and port taken apart (RFC 3986 section 3.2). */
class AuthorityTest {

    @ParameterizedTest
    @CsvSource({ "example.com, example.com, -1", "example.com:, example.com, -1", "example.com:80, example.com, 80",
        "[::1], [::1], -1", "[::1]:443, [::1], 443", "[::1]:, [::1], -1", "a:00080, a, 80", "a:65535, a, 65535",
        "a:0, a, 0",
        "'', '', -1", ":80, '', 80", "a:65536, a, -1", "a:99999999999, a, -1", "a:x, a, -1", "a:-1, a, -1",
        "a:+1, a, -1",
        "a:\u0661, a, -1" })
    void takesApart(String text, String host, int port) {
        assertThat(Authority.of(text)).isEqualTo(new Authority(host, port));
    }

    @ParameterizedTest
    @CsvSource({ "a, a, 80", "A.example, a.EXAMPLE, 80", "a:80, a, 80", "a, a:, 80", "a:00080, a:80, 443",
        "a:443, a, 443", "[::1], [::1]:80, 80", "[FE80::A], [fe80::a]:, 80", "'', '', 80" })
    void same(String one, String other, int portOfScheme) {
        assertThat(Authority.of(one).isSame(Authority.of(other), portOfScheme)).isTrue();
        assertThat(Authority.of(other).isSame(Authority.of(one), portOfScheme)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({ "a, b, 80", "a:81, a, 80", "a, a:80, 443", "a., a, 80", "a, '', 80", "[::1], [::2], 80",
        "[::1]:81, [::1], 80", "a.b, a, 80" })
    void different(String one, String other, int portOfScheme) {
        assertThat(Authority.of(one).isSame(Authority.of(other), portOfScheme)).isFalse();
        assertThat(Authority.of(other).isSame(Authority.of(one), portOfScheme)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({ "a:80", "a", "[::1]:443", "[::1]", "''" })
    void isWrittenAsItWas(String text) {
        assertThat(Authority.of(text)).hasToString(text);
    }

    @Test
    void anAddressOfVersion6HasBracketsAndNoZone() throws Exception {
        InetAddress local = InetAddress.getByAddress(null,
                new byte[] { (byte) 0xfe, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                    0, 0, 1 });
        InetAddress scoped = java.net.Inet6Address.getByAddress(null, local.getAddress(), 7);
        assertThat(Authority.of(new InetSocketAddress(scoped, 80))).hasToString("[fe80:0:0:0:0:0:0:1]:80");
        assertThat(Authority.of(new InetSocketAddress("127.0.0.1", 0))).hasToString("127.0.0.1:0");
        assertThat(Authority.of(InetSocketAddress.createUnresolved("a.example", 1))).hasToString("a.example:1");
    }

    @ParameterizedTest
    @CsvSource({ "-2", "65536" })
    void aPortThatIsNoneIsRefused(int port) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Authority("a", port))
                .withMessageContaining("0 to 65535");
    }

    @Test
    void thePortOfTheSchemeStandsForNone() {
        assertThat(Authority.of("a").portOr(443)).isEqualTo(443);
        assertThat(Authority.of("a:80").portOr(443)).isEqualTo(80);
        assertThat(Authority.of("a:80").withPort(Authority.NO_PORT)).hasToString("a");
    }
}
