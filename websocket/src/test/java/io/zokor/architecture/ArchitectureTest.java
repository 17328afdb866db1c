package io.zokor.architecture;

import java.util.stream.Stream;

import io.zokor.testing.architecture.ArchitectureRules;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules hold for this module; the fixtures that break them are in the tests of the server and the servlet container. */
class ArchitectureTest {

    private static final JavaClasses SHIPPED = ArchitectureRules.shippedClasses();

    static Stream<ArchRule> rules() {
        return ArchitectureRules.all(ArchitectureRules.ROOT);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void holds(ArchRule rule) {
        rule.check(SHIPPED);
    }
}
