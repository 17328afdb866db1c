package io.zokor.servlet.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.zokor.servlet.mapping.ServletMappings.Match;
import jakarta.servlet.http.MappingMatch;

/** Servlet 6.1 chapter 12. */
class ServletMappingsTest {

    /** Table 12-2 over the mappings of table 12-1. */
    @ParameterizedTest
    @CsvSource({ "/foo/bar/index.html, servlet1", "/foo/bar/index.bop, servlet1", "/baz, servlet2",
        "/baz/index.html, servlet2", "/catalog, servlet3", "/catalog/index.html, default",
        "/catalog/racecar.bop, servlet4", "/index.bop, servlet4" })
    void matchesByTheTableOfTheSpecification(String path, String servlet) {
        ServletMappings<String> mappings = new ServletMappings<>();
        mappings.add("/foo/bar/*", "servlet1");
        mappings.add("/baz/*", "servlet2");
        mappings.add("/catalog", "servlet3");
        mappings.add("*.bop", "servlet4");
        mappings.add("/", "default");

        assertThat(mappings.match(path)).isNotNull().extracting(Match::target).isEqualTo(servlet);
    }

    /** The table of HttpServletMapping's Javadoc, and what stands around it; an empty path info stands for none. */
    @ParameterizedTest
    @CsvSource(nullValues = "none", textBlock = """
            '',                   CONTEXT_ROOT, '',          '',         '',                   /
            /,                    CONTEXT_ROOT, '',          '',         '',                   /
            /index.html,          DEFAULT,      /,           '',         /index.html,          none
            /MyServlet/index.html,DEFAULT,      /,           '',         /MyServlet/index.html,none
            /MyServlet,           EXACT,        /MyServlet,  MyServlet,  /MyServlet,           none
            /MyServlet/foo,       DEFAULT,      /,           '',         /MyServlet/foo,       none
            /foo.extension,       EXTENSION,    *.extension, foo,        /foo.extension,       none
            /bar/foo.extension,   EXTENSION,    *.extension, bar/foo,    /bar/foo.extension,   none
            /path/foo,            PATH,         /path/*,     foo,        /path,                /foo
            /path/foo/bar,        PATH,         /path/*,     foo/bar,    /path,                /foo/bar
            /path,                PATH,         /path/*,     '',         /path,                none
            /path/,               PATH,         /path/*,     '',         /path,                /
            /pathfoo,             DEFAULT,      /,           '',         /pathfoo,             none
            /.extension,          EXTENSION,    *.extension, '',         /.extension,          none
            /foo.extension/,      DEFAULT,      /,           '',         /foo.extension/,      none
            /a.extension/foo,     DEFAULT,      /,           '',         /a.extension/foo,     none
            """)
    void describesTheMatch(String path, MappingMatch kind, String pattern, String matchValue, String servletPath,
            String pathInfo) {
        ServletMappings<String> mappings = new ServletMappings<>();
        Stream.of("/MyServlet", "", "*.extension", "/path/*", "/").forEach(each -> mappings.add(each, "s"));

        assertThat(mappings.match(path))
                .isEqualTo(new Match<>("s", kind, pattern, matchValue, servletPath, pathInfo));
    }

    @ParameterizedTest
    @CsvSource(nullValues = "none", value = { "/a/b/c/d, /a/b/*, /a/b, /c/d, c/d", "/a/b, /a/b/*, /a/b, none, ''",
        "/a/x/y.z, /a/*, /a, /x/y.z, x/y.z", "/q.z, /*, '', /q.z, q.z", "/, /*, '', /, ''" })
    void theLongestPrefixWinsAndBeatsTheExtension(String path, String pattern, String servletPath, String pathInfo,
            String matchValue) {
        ServletMappings<String> mappings = new ServletMappings<>();
        Stream.of("/*", "/a/*", "/a/b/*", "*.z", "/").forEach(each -> mappings.add(each, each));

        assertThat(mappings.match(path))
                .isEqualTo(new Match<>(pattern, MappingMatch.PATH, pattern, matchValue, servletPath, pathInfo));
    }

    @Test
    void anExactPatternBeatsAPrefix() {
        ServletMappings<String> mappings = new ServletMappings<>();
        mappings.add("/a/*", "prefix");
        mappings.add("/a", "exact");

        assertThat(mappings.match("/a")).isNotNull().extracting(Match::target).isEqualTo("exact");
        assertThat(mappings.match("/a/")).isNotNull().extracting(Match::target).isEqualTo("prefix");
    }

    @Test
    void namesAreComparedWithCase() {
        ServletMappings<String> mappings = new ServletMappings<>();
        mappings.add("/a", "a");
        mappings.add("*.do", "do");

        assertThat(mappings.match("/A")).isNull();
        assertThat(mappings.match("/x.DO")).isNull();
    }

    @Test
    void nothingMatchesWithoutADefault() {
        ServletMappings<String> mappings = new ServletMappings<>();
        mappings.add("/a", "a");

        assertThat(mappings.match("/b")).isNull();
        assertThat(mappings.match("")).isNull();
        assertThat(mappings.match("/")).isNull();
    }

    @Test
    void aConflictChangesNothingAndNamesTheEarlierTarget() {
        ServletMappings<String> mappings = new ServletMappings<>();

        assertThat(mappings.add("/a/*", "first")).isNull();
        assertThat(mappings.add("/a/*", "second")).isEqualTo("first");
        assertThat(mappings.add("/a/*", "first")).isNull();
        assertThat(mappings.target("/a/*")).isEqualTo("first");
    }

    @Test
    void aPatternCanBeTakenOutAndGivenToAnother() {
        ServletMappings<String> mappings = new ServletMappings<>();
        mappings.add("/", "container");

        assertThat(mappings.remove("/")).isEqualTo("container");
        assertThat(mappings.add("/", "application")).isNull();
        assertThat(mappings.patterns()).containsExactly(java.util.Map.entry("/", "application"));
    }

    @Test
    void aBadPatternIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ServletMappings<String>().add("a", "a"))
                .withMessageContaining("'/a'");
    }
}
