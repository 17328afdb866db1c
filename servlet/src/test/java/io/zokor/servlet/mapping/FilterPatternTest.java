package io.zokor.servlet.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servlet 6.1 sections 6.2.4 and 12.2. */
class FilterPatternTest {

    @ParameterizedTest
    @CsvSource({ "/*, /", "/*, ''", "/*, /a/b.c", "/a/*, /a", "/a/*, /a/", "/a/*, /a/b/c", "/a, /a", "*.do, /x.do",
        "*.do, /a/b.c.do", "'', /", "'', ''", "/, /", "/, ''", "/a/*.do, /a/*.do" })
    void covers(String pattern, String path) {
        assertThat(FilterPattern.matches(pattern, path)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({ "/a/*, /ab", "/a/*, /", "/a, /a/", "/a, /a/b", "/a, /A", "*.do, /x.dont", "*.do, /x.do/",
        "*.do, /a.do/b",
        "*.do, /xdo", "*.do, /do", "'', /a", "/, /a", "/a/*.do, /a/b.do", "*.DO, /x.do" })
    void doesNotCover(String pattern, String path) {
        assertThat(FilterPattern.matches(pattern, path)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "/", "/*", "/a", "/a/*", "*.do", "/a/*.do" })
    void isAPattern(String pattern) {
        assertThatNoException().isThrownBy(() -> FilterPattern.check(pattern));
    }

    @ParameterizedTest
    @ValueSource(strings = { "a", "*", "a/*", "*.", "*.a/b", " /a", "/a\n", "*.a\u0000", "http://host/a" })
    void isNoPattern(String pattern) {
        assertThatIllegalArgumentException().isThrownBy(() -> FilterPattern.check(pattern));
    }
}
