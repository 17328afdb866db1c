package io.zokor.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;

import io.zokor.testing.architecture.ArchitectureRules;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules hold for this module and those below it; most fixtures that break them are in the server's tests. */
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

    @Test
    void jakartaOnlyAboveCanFail() {
        String fixtureRoot = "io.zokor.architecture.fixtures.jakarta";
        String report = ArchitectureRules.jakartaOnlyAbove(fixtureRoot)
                .evaluate(ArchitectureRules.fixtureClasses(fixtureRoot)).getFailureReport().toString();
        assertThat(report).contains("KnowsServlet.servlet");
    }

    @Test
    void containerInternalsStayInsideCanFail() {
        String fixtureRoot = "io.zokor.architecture.fixtures.container";
        String report = ArchitectureRules.containerInternalsStayInside(fixtureRoot)
                .evaluate(ArchitectureRules.fixtureClasses(fixtureRoot)).getFailureReport().toString();
        assertThat(report).contains("BadEndpoint.cycle").contains("BadFactory.cycle");
    }
}
