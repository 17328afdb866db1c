package io.zokor.servlet.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;

/** Servlet 6.1 section 3.5.2: the table of section 3.5.3, and the bypasses that have been CVEs. */
class CanonicalPathTest {

    /** Every row of section 3.5.3 that is not rejected. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            /foo/bar                  | /foo/bar
            /foo/bar;jsessionid=1234  | /foo/bar
            /foo/bar/                 | /foo/bar/
            /foo/bar/;jsessionid=1234 | /foo/bar/
            /foo;/bar;                | /foo/bar
            /foo;/bar;/;              | /foo/bar/
            /foo/b%25r                | /foo/b%r
            /foo/./bar                | /foo/bar
            /foo/././bar              | /foo/bar
            /./foo/bar                | /foo/bar
            /foo/bar/.                | /foo/bar
            /foo/bar/./               | /foo/bar/
            /foo/bar/./;              | /foo/bar/
            /foo/.bar                 | /foo/.bar
            /foo/../bar               | /bar
            /foo/./../bar             | /bar
            /foo/bar/..               | /foo
            /foo/bar/../              | /foo/
            /foo/bar/../;             | /foo/
            /foo/..bar                | /foo/..bar
            /foo/pass:[...]/bar       | /foo/pass:[...]/bar
            /foo//bar                 | /foo/bar
            //foo//bar//              | /foo/bar/
            /foo//../bar              | /bar
            /foo%E2%82%ACbar          | /foo€bar
            "/foo%20bar"              | "/foo bar"
            /foo/bar?q                | /foo/bar
            /foo/bar/?q               | /foo/bar/
            /foo/bar;?q               | /foo/bar
            /                         | /
            //                        | /
            /.                        | /
            /./                       | /
            /?q                       | /
            """)
    void acceptsByTheTableOfTheSpecification(String raw, String canonical) throws Exception {
        assertThat(CanonicalPath.of(raw, EncodedSlash.REJECT)).isEqualTo(canonical);
    }

    /** Every row of section 3.5.3 that is rejected. */
    @ParameterizedTest
    @ValueSource(strings = { "foo/bar", "/foo%00/bar/", "/foo%7Fbar", "/foo%2Fbar", "/foo%2Fb%25r", "/foo\\bar",
        "/foo%5Cbar", "/foo;%2F/bar", "/foo/%2e/bar", "/foo/.;/bar", "/foo/%2e;/bar", "/foo/.%2Fbar",
        "/foo/.%5Cbar", "/foo/bar/.;", "/foo/../../bar", "/../foo/bar", "/foo/%2e%2E/bar",
        "/foo/%2e%2e/%2E%2E/bar", "/foo/..;/bar", "/foo/%2e%2E;/bar", "/foo/..%2Fbar", "/foo/..%5Cbar",
        "/foo/bar/..;", "/;/foo;/;/bar/;/;", "/foo/;/../bar", "/foo%E2%82", "/foo%E2%82bar", "/foo%-1/bar",
        "/foo%XX/bar", "/foo%/bar", "/foo/bar%0", "/good%20/bad%/%20mix%", "/foo/bar#f", "/foo/bar?q#f",
        "/foo/bar/#f", "/foo/bar/?q#f", "/foo/bar;#f", "/foo/bar;?q#f", "/;/", "/..", "/../", "foo/bar/",
        "./foo/bar/", "%2e/foo/bar/", "../foo/bar/", ".%2e/foo/bar/", ";/foo/bar/", "/#f", "#f", "?q", "" })
    void rejectsByTheTableOfTheSpecification(String raw) {
        assertRejected(raw, EncodedSlash.REJECT);
    }

    /** CVE-2021-28164, CVE-2021-34429, CVE-2025-55752 and the {@code ..;/} class: one meaning or none. */
    @ParameterizedTest
    @ValueSource(strings = { "/%2e/WEB-INF/web.xml", "/%2e%2e/WEB-INF/web.xml", "/.%2e/WEB-INF/web.xml",
        "/%u002e/WEB-INF/web.xml", "/a/%u002e%u002e/WEB-INF/web.xml", "/a/..;/WEB-INF/web.xml",
        "/a/..;x=y/WEB-INF/web.xml", "/a/..;x=y;z/admin", "/;/admin", "/;x=y/admin", "/.;/admin", "/a/%2e%2e;/admin",
        "/a/%252e%252e%2fadmin", "/a%2f..%2fadmin", "/a%5c..%5cadmin", "/a\\..\\admin", "/%00/admin",
        "/admin%00.css", "/a/%c0%ae%c0%ae/admin", "/a/%c0%af/admin", "/a/%e0%80%af", "/%ed%a0%80", "/%f8%88%80%80%80",
        "/a%0d%0aSet-Cookie:x", "/a%09b", "/a\tb", "/a%c2%85b", "/a;%00/b", "/a;b%5c/c", "/a;\\/b", "/a;%zz/b",
        "/a;%ff/b", "/%2f/admin", "/%2F%2Fadmin", "/%2e%2e%2f%2e%2e%2fetc/passwd", "/..%c0%af..%c0%afetc", "/%",
        "/%2", "/a/..;" })
    void rejectsEveryBypass(String raw) {
        assertRejected(raw, EncodedSlash.REJECT);
    }

    @ParameterizedTest
    @CsvSource({ "/admin;x=y, /admin", "/admin;/users, /admin/users", "/WEB-INF;/web.xml, /WEB-INF/web.xml",
        "//admin, /admin", "/./admin, /admin", "/a/../admin, /admin", "/%61dmin, /admin", "/%2561dmin, /%61dmin",
        "/%252e%252e/admin, /%2e%2e/admin", "/%252fadmin, /%2fadmin", "/%25252e, /%252e", "/a/.../b, /a/.../b",
        "/a/%2e%2e%2e/b, /a/.../b" })
    void whatIsAcceptedIsDecodedExactlyOnce(String raw, String canonical) throws Exception {
        assertThat(CanonicalPath.of(raw, EncodedSlash.REJECT)).isEqualTo(canonical);
    }

    @ParameterizedTest
    @CsvSource({ "/foo%2Fbar, /foo%2Fbar", "/foo%2fbar, /foo%2Fbar", "/foo%2Fb%25r, /foo%2Fb%25r",
        "/foo;%2F/bar, /foo/bar",
        "/a%252Fb, /a%252Fb", "/%2Fa, /%2Fa", "/a/b, /a/b" })
    void preservesTheEncodedSlash(String raw, String canonical) throws Exception {
        assertThat(CanonicalPath.of(raw, EncodedSlash.PRESERVE)).isEqualTo(canonical);
    }

    @ParameterizedTest
    @ValueSource(strings = { "/foo/..%2Fbar", "/foo/%2e%2e%2Fbar", "/foo%2F..%2Fbar", "/foo%2F.", "/a%2f%2e%2e",
        "/a%5C%2Fb", "/%2e%2e/a%2Fb", "/a%2F%00" })
    void preservedSlashesHideNoDotSegments(String raw) {
        assertRejected(raw, EncodedSlash.PRESERVE);
    }

    @Test
    void theMessageSaysWhatToChangeAndNotWhatThePeerSent() {
        assertThatExceptionOfType(RejectedRequestException.class)
                .isThrownBy(() -> CanonicalPath.of("/secret%2Fpath", EncodedSlash.REJECT))
                .withMessageContaining("zokor.uri.encoded-slash=preserve").withMessageNotContaining("secret");
    }

    @Test
    void halfASurrogatePairIsNoCharacter() {
        assertRejected("/a\ud800b", EncodedSlash.REJECT);
    }

    @Test
    void theResultOfACanonicalPathIsThePathItself() throws Exception {
        String path = "/static/js/app-1.2_3~4.js";

        assertThat(CanonicalPath.of(path, EncodedSlash.REJECT)).isSameAs(path);
    }

    private static void assertRejected(String raw, EncodedSlash policy) {
        assertThatExceptionOfType(RejectedRequestException.class).isThrownBy(() -> CanonicalPath.of(raw, policy))
                .satisfies(e -> assertThat(e.status()).isEqualTo(400))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(RejectReason.TARGET));
    }
}
