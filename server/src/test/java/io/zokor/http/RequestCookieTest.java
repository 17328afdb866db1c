package io.zokor.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Cookies as they are read for every stack. The values stand here as on the wire: a character is a byte. */
class RequestCookieTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            a=1; b=2                        | a:1 b:2
            a=1;b=2;;                       | a:1 b:2
            a =1; b= 2                      | a:1 b:2
            a=                              | a:
            a=x=y                           | a:x=y
            a=1; a=2                        | a:1 a:2
            A=1; a=2                        | A:1 a:2
            d="w"                           | d:"w"
            d="w; e=1                       | d:"w e:1
            d="a b"; e=a,b                  | d:"a b" e:a,b
            $Version=1; a=1                 | $Version:1 a:1
            alone; =nameless; bad name=1; c=3 | c:3
            a=gr\u00c3\u00bcn               | a:gr\u00fcn
            a=\u00e2\u0082\u00ac            | a:\u20ac
            a=\u00fc                        | a:\u00fc
            a=\u00c3\u00bc\u00fc            | a:\u00c3\u00bc\u00fc
            """)
    void rfc6265Section4Point2WithWhatBrowsersSend(String field, String expected) throws Exception {
        Headers headers = new Headers();
        headers.add("Cookie", field);
        assertThat(text(headers, 10)).isEqualTo(expected);
    }

    @Test
    void aValueWithAControlIsLeftOut() throws Exception {
        Headers headers = new Headers();
        headers.add("Cookie", "a=1\t2; b=2");
        assertThat(text(headers, 10)).isEqualTo("b:2");
    }

    @Test
    void rfc9113Section8Point2Point3SeveralFieldsAreOne() throws Exception {
        Headers headers = new Headers();
        headers.add("Cookie", "a=1");
        headers.add("Cookie", "b=2; c=3");
        assertThat(text(headers, 3)).isEqualTo("a:1 b:2 c:3");
        assertThatExceptionOfType(RejectedRequestException.class).isThrownBy(() -> RequestCookie.read(headers, 2))
                .withMessageContaining("zokor.limits.max-cookies")
                .satisfies(refusal -> assertThat(refusal.status()).isEqualTo(400));
    }

    @Test
    void valuesAreNotInTheText() {
        assertThat(new RequestCookie("session", "secret")).hasToString("RequestCookie[session]");
    }

    private static String text(Headers headers, int max) throws RejectedRequestException {
        return RequestCookie.read(headers, max).stream().map(cookie -> cookie.name() + ":" + cookie.value())
                .collect(Collectors.joining(" "));
    }
}
