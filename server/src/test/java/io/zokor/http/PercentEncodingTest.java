package io.zokor.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 3986 section 2.1. */
class PercentEncodingTest {

    @ParameterizedTest
    @CsvSource({ "'',''", "a,a", "%61,a", "a%20b,a b", "%C3%A4%c3%a4,ää", "a%2Fb,a/b", "%25,%", "%2541,%41", "a+b,a+b",
        "%F0%9F%98%80x,😀x", "ä%61,äa" })
    void decodesOnce(String text, String decoded) {
        assertThat(PercentEncoding.decode(text)).isEqualTo(decoded);
    }

    @ParameterizedTest
    @ValueSource(strings = { "%", "%4", "a%", "%zz", "%+1", "%C3%", "%C3%A", "%１１" })
    void aPercentSignWithoutDigitsIsTold(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> PercentEncoding.decode(text))
                .withMessage("a percent sign without two hexadecimal digits");
    }

    @ParameterizedTest
    @ValueSource(strings = { "%C3", "%ff", "%C3a%A4", "%ED%A0%80", "%C0%AF", "%C3ä" })
    void octetsThatAreNotOfTheCharsetAreTold(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> PercentEncoding.decode(text))
                .withMessage("octets that are not UTF-8");
    }

    @Test
    void aPartIsDecodedWithoutLookingBeyondIt() {
        assertThat(PercentEncoding.decode("%zz/%41/%zz", 4, 7, StandardCharsets.UTF_8)).isEqualTo("A");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PercentEncoding.decode("a%41", 0, 3, StandardCharsets.UTF_8));
    }

    @Test
    void theCharsetIsTheCallers() {
        assertThat(PercentEncoding.decode("%E4", 0, 3, StandardCharsets.ISO_8859_1)).isEqualTo("ä");
    }

    @ParameterizedTest
    @CsvSource({ "a+b,a b", "a%2Bb,a+b", "%c3%a4,ä", "%C3+,!", "%4,!", "%,!", "%zz,!", "'',''" })
    void decodesForms(String text, String decoded) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (decoded.equals("!")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> PercentEncoding.decodeForm(bytes, 0, bytes.length, StandardCharsets.UTF_8));
        } else {
            assertThat(PercentEncoding.decodeForm(bytes, 0, bytes.length, StandardCharsets.UTF_8)).isEqualTo(decoded);
        }
    }

    @ParameterizedTest
    @CsvSource({ "a/b,a/b", "a b,a%20b", "ä,%C3%A4", "😀,%F0%9F%98%80", "100%,100%25", "'',''", "a\\b,a%5Cb" })
    void encodes(String text, String encoded) {
        assertThat(PercentEncoding.encode(text, "/")).isEqualTo(encoded);
        assertThat(PercentEncoding.decode(encoded)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({ "%41,0,3,true", "%4,0,2,false", "%41,0,2,false", "%4g,0,3,false", "a%aF,1,4,true" })
    void tellsATriplet(String text, int at, int end, boolean expected) {
        assertThat(PercentEncoding.isTriplet(text, at, end)).isEqualTo(expected);
    }
}
