package io.zokor.mux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathDecoderTest {

    @ParameterizedTest
    @CsvSource({ "a,a", "%61,a", "a%20b,a b", "%C3%A4%c3%a4,ää", "a%2Fb,a/b", "%25,%", "a+b,a+b", "%F0%9F%98%80x,😀x" })
    void decodes(String text, String decoded) {
        assertThat(PathDecoder.decode(text, 0, text.length())).isEqualTo(decoded);
    }

    @ParameterizedTest
    @ValueSource(strings = { "%", "%4", "a%", "%zz", "%+1", "%C3", "%ff", "%C3a%A4", "%ED%A0%80", "%C0%AF" })
    void tellsMalformedText(String text) {
        assertThat(PathDecoder.decode(text, 0, text.length())).isNull();
    }
}
