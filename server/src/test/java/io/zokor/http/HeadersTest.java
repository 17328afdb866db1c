package io.zokor.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fields, found without regard to case. */
class HeadersTest {

    private final Headers headers = new Headers().add("One", "1").add("Two", "a").add("TWO", "b");

    @Test
    void allValuesAreInOrder() {
        assertThat(headers.all("one")).containsExactly("1");
        assertThat(headers.all("two")).containsExactly("a", "b");
        assertThat(headers.all("three")).isEmpty();
    }

    @Test
    void linesAreCounted() {
        assertThat(headers.count("ONE")).isEqualTo(1);
        assertThat(headers.count("two")).isEqualTo(2);
        assertThat(headers.count("three")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = { "one", "two", "three" })
    void theListOfValuesCannotBeChanged(String name) {
        List<String> values = headers.all(name);
        assertThatThrownBy(() -> values.add("x")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void theListOfValuesDoesNotFollow() {
        List<String> one = headers.all("one");
        List<String> two = headers.all("two");
        headers.remove("one");
        headers.add("two", "c");
        assertThat(one).containsExactly("1");
        assertThat(two).containsExactly("a", "b");
    }
}
