package io.zokor.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;

import io.zokor.http.Cookie.SameSite;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CookieTest {

    @Test
    void nameAndValueAlone() {
        assertThat(Cookie.builder("id", "a=b/c").build().toHeaderValue()).isEqualTo("id=a=b/c");
        assertThat(Cookie.builder("id", "").build().toHeaderValue()).isEqualTo("id=");
        assertThat(Cookie.builder("id", "\"x\"").build().toHeaderValue()).isEqualTo("id=\"x\"");
    }

    @Test
    void allAttributes() {
        Cookie cookie = Cookie.builder("id", "v").domain("example.com").path("/a").maxAge(Duration.ofMillis(90_900))
                .expires(Instant.parse("1994-11-06T08:49:37Z")).secure(true).httpOnly(true).sameSite(SameSite.NONE)
                .partitioned(true).build();
        assertThat(cookie.toHeaderValue()).isEqualTo("id=v; Path=/a; Domain=example.com; "
                + "Expires=Sun, 06 Nov 1994 08:49:37 GMT; Max-Age=90; Secure; HttpOnly; SameSite=None; Partitioned");
    }

    @Test
    void isAddedBesideOthers() {
        Headers headers = new Headers();
        Cookie.builder("a", "1").build().addTo(headers);
        Cookie.builder("b", "2").maxAge(Duration.ZERO).build().addTo(headers);
        assertThat(headers.all("Set-Cookie")).containsExactly("a=1", "b=2; Max-Age=0");
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "a b", "a=", "a;", "ä", "a\r", "\"a\"" })
    void refusesANameThatIsNoToken(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cookie.builder(name, "v").build());
    }

    @ParameterizedTest
    @ValueSource(strings = { "a b", "a;b", "a,b", "a\\b", "a\"b", "\"", "\"a", "ä", "a\r\nX: y", "\0", "\u007f" })
    void refusesAValueOutsideTheGrammarWithoutShowingIt(String value) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cookie.builder("n", value).build())
                .withMessageContaining("cookie n").withMessageNotContaining(value.length() > 1 ? value : "secret");
    }

    @ParameterizedTest
    @ValueSource(strings = { "", ".example.com", "-a", "a b", "a;b", "a/b", "a:80" })
    void refusesADomainThatIsNoHostName(String domain) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cookie.builder("n", "v").domain(domain).build());
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "a", "/a;b", "/a\r\nb", "/ä" })
    void refusesAPathOutsideTheGrammar(String path) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cookie.builder("n", "v").path(path).build());
    }

    @Test
    void refusesImpossibleTimes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Cookie.builder("n", "v").maxAge(Duration.ofSeconds(-1)).build());
        assertThatIllegalArgumentException().isThrownBy(() -> Cookie.builder("n", "v").expires(Instant.MAX).build());
        assertThatIllegalArgumentException().isThrownBy(() -> Cookie.builder("n", "v").expires(Instant.MIN).build());
    }

    @Test
    void refusesWhatBrowsersWouldDrop() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Cookie.builder("n", "v").sameSite(SameSite.NONE).build());
        assertThatIllegalArgumentException().isThrownBy(() -> Cookie.builder("n", "v").partitioned(true).build());
        assertThatIllegalArgumentException().isThrownBy(() -> Cookie.builder("__secure-n", "v").build());
        assertThatIllegalArgumentException().isThrownBy(() -> Cookie.builder("__Host-n", "v").secure(true).build());
        assertThatIllegalArgumentException().isThrownBy(
                () -> Cookie.builder("__Host-n", "v").secure(true).path("/").domain("example.com").build());
        assertThat(Cookie.builder("__Host-n", "v").secure(true).path("/").build().toHeaderValue())
                .isEqualTo("__Host-n=v; Path=/; Secure");
    }

    @Test
    void itsTextHidesTheValue() {
        assertThat(Cookie.builder("n", "secret").build()).hasToString("Cookie[n]");
    }
}
