package io.zokor.mux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathCleanerTest {

    @ParameterizedTest
    @CsvSource({ "'',/", "//,/", "/.,/", "/..,/", "/./,/", "/../,/", "a,/a", "/a//b,/a/b", "/a//,/a/", "/a/./b,/a/b",
        "/a/.,/a", "/a/..,/", "/a/b/..,/a", "/a/b/../,/a/", "/a/../../b,/b", "/../../a/,/a/", "///a///b///,/a/b/",
        "/a/%2e%2e/b,/b", "/a/%2E./b,/b", "/%2e/a,/a", "/a/.%2e%2f,/a/.%2e%2f", "/a//b%2F..%2Fc,/a/b%2F..%2Fc" })
    void cleans(String path, String clean) {
        assertThat(PathCleaner.clean(path)).isEqualTo(clean);
        assertThat(PathCleaner.clean(clean)).isSameAs(clean);
    }

    @ParameterizedTest
    @ValueSource(strings = { "/", "/a", "/a/", "/a/b", "/...", "/a/.b", "/a/b.", "/..a", "/%2f", "/%2e%2e%2e",
        "/a;/.;" })
    void leavesACleanPathAlone(String path) {
        assertThat(PathCleaner.clean(path)).isSameAs(path);
    }
}
