package io.zokor.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.HashSet;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.preinitialize.BackgroundPreinitializer;
import org.springframework.core.io.support.SpringFactoriesLoader;

/** What is loaded beside the main thread. */
class ZokorBackgroundPreinitializerTests {

    @Test
    void bootFindsItAndItLeavesNothingBehind() {
        BackgroundPreinitializer found = SpringFactoriesLoader.forDefaultResourceLocation()
                .load(BackgroundPreinitializer.class).stream()
                .filter(ZokorBackgroundPreinitializer.class::isInstance).findFirst().orElseThrow();
        Set<String> before = threads();
        assertThatCode(found::preinitialize).doesNotThrowAnyException();
        Set<String> after = threads();
        after.removeAll(before);
        assertThat(after).noneMatch(name -> name.startsWith("zokor-"));
    }

    private static Set<String> threads() {
        Set<String> names = new HashSet<>();
        Thread.getAllStackTraces().keySet().forEach(thread -> names.add(thread.getName()));
        return names;
    }
}
