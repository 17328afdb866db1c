package io.zokor.mux;

import static io.zokor.mux.PatternConflicts.Relationship.DISJOINT;
import static io.zokor.mux.PatternConflicts.Relationship.EQUIVALENT;
import static io.zokor.mux.PatternConflicts.Relationship.MORE_GENERAL;
import static io.zokor.mux.PatternConflicts.Relationship.MORE_SPECIFIC;
import static io.zokor.mux.PatternConflicts.Relationship.OVERLAPS;
import static org.assertj.core.api.Assertions.assertThat;

import io.zokor.mux.PatternConflicts.Relationship;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatternConflictsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /                | /                | EQUIVALENT
            /                | /{rest...}       | EQUIVALENT
            /a               | /a               | EQUIVALENT
            /a               | /%61             | EQUIVALENT
            /{x}             | /{y}             | EQUIVALENT
            /a/{$}           | /a/{$}           | EQUIVALENT
            GET /a           | GET /a           | EQUIVALENT
            /                | /a               | MORE_GENERAL
            /                | /{$}             | MORE_GENERAL
            /                | /a/b/{c}         | MORE_GENERAL
            /a/              | /a/{$}           | MORE_GENERAL
            /a/              | /a/b             | MORE_GENERAL
            /a/              | /a/{x}           | MORE_GENERAL
            /{x}             | /a               | MORE_GENERAL
            /{x}/{y}         | /a/{z}           | MORE_GENERAL
            /{x}/            | /a/b             | MORE_GENERAL
            /a               | GET /a           | MORE_GENERAL
            GET /a           | HEAD /a          | MORE_GENERAL
            /                | HEAD /a          | MORE_GENERAL
            /a/{x}           | POST /a/b        | MORE_GENERAL
            /a/{x}           | /a/{y...}        | MORE_SPECIFIC
            HEAD /           | GET /            | MORE_SPECIFIC
            /a               | /b               | DISJOINT
            /a               | /a/              | DISJOINT
            /a               | /a/{$}           | DISJOINT
            /a               | /a/b             | DISJOINT
            /{x}             | /{$}             | DISJOINT
            /{x}             | /a/              | DISJOINT
            /{x}/b           | /a/c             | DISJOINT
            /a/{$}           | /a/b             | DISJOINT
            /a/{$}           | /a/b/            | DISJOINT
            /a/b/            | /a/{$}           | DISJOINT
            GET /            | POST /           | DISJOINT
            HEAD /           | POST /           | DISJOINT
            /{x}/b           | /a/{y}           | OVERLAPS
            /{x}/            | /a/{y...}        | MORE_GENERAL
            /{x}/b           | /a/              | OVERLAPS
            /{x}/b/          | /a/{y}/c         | OVERLAPS
            /{x}/{y}/c       | /a/              | OVERLAPS
            GET /a/{x}       | /a/b             | OVERLAPS
            GET /            | HEAD /{x...}     | MORE_GENERAL
            GET /a           | /{x}             | MORE_SPECIFIC
            GET /{x}         | HEAD /a          | MORE_GENERAL
            GET /a           | HEAD /{x}        | OVERLAPS
            """)
    void areRelated(String first, String second, Relationship relationship) {
        RoutePattern a = RoutePattern.parse(first);
        RoutePattern b = RoutePattern.parse(second);
        assertThat(PatternConflicts.relationship(a, b)).isEqualTo(relationship);
        assertThat(PatternConflicts.relationship(b, a)).isEqualTo(switch (relationship) {
            case MORE_GENERAL -> MORE_SPECIFIC;
            case MORE_SPECIFIC -> MORE_GENERAL;
            case EQUIVALENT -> EQUIVALENT;
            case OVERLAPS -> OVERLAPS;
            case DISJOINT -> DISJOINT;
        });
    }

    @Test
    void differentHostsDoNotConflict() {
        assertThat(conflict("a.example/{x}", "b.example/{y}")).isNull();
        assertThat(conflict("a.example/{x}/b", "/a/{y}")).isNull();
        assertThat(conflict("a.example/{x}", "A.example/{y}")).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /{x}/b                 | /a/{y}           | /a/b
            GET /a/{x}             | /a/b             | GET /a/b
            GET /a                 | HEAD /{x}        | HEAD /a
            h.example/{x}/b/       | h.example/a/     | h.example/a/b/
            /{x}/{y}/c             | /a/              | /a/y/c
            """)
    void showsARequestThatBothMatch(String first, String second, String example) {
        assertThat(conflict(first, second)).startsWith("both match " + example + " and neither");
    }

    private static String conflict(String first, String second) {
        return PatternConflicts.conflict(RoutePattern.parse(first), RoutePattern.parse(second));
    }
}
