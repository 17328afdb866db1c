package io.zokor.matrix;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A difference that is meant to be: docs/differences-from-tomcat.md says what it is and why. All patterns match whole texts.
 *
 * @param id its name in the document
 * @param scenario of which scenarios, as {@code name (status on Tomcat)}
 * @param trait of which traits of the response; where it is {@code status}, the answer as a whole is another one
 * @param tomcat Tomcat's value, {@code absent} where there is none
 * @param zokor Zokor's value
 */
record IntendedDifference(String id, Pattern scenario, Pattern trait, Pattern tomcat, Pattern zokor) {

    private static final String ANY = ".*";

    /** The start of the page that Tomcat makes itself. */
    private static final String PAGE = "<!doctype html><html lang=\"en\"><head><title>HTTP Status .*";

    private static final String SECURITY_FIELDS = "field (cache-control|expires|pragma|x-content-type-options"
            + "|x-frame-options|x-xss-protection|strict-transport-security|x-filter)";

    private static IntendedDifference of(String id, String scenario, String trait, String tomcat, String zokor) {
        return new IntendedDifference(id, whole(scenario), whole(trait), whole(tomcat), whole(zokor));
    }

    private static Pattern whole(String pattern) {
        return Pattern.compile(pattern, Pattern.DOTALL);
    }

    boolean allows(String scenarioAndStatus, String trait, String tomcatValue, String zokorValue) {
        return this.scenario.matcher(scenarioAndStatus).matches() && this.trait.matcher(trait).matches()
                && tomcat.matcher(tomcatValue).matches() && zokor.matcher(zokorValue).matches();
    }

    static List<IntendedDifference> all() {
        return List.of(of("reason-phrase", ANY, "reason", "", "[A-Za-z' -]+"),
                of("alive-after-errors", ".* \\([45]..\\)", "field connection", "\\[close\\]", "absent"),
                of("closed-after-panics", ".* \\([45]..\\)", "field connection", "absent", "\\[close\\]"),
                of("keep-alive-field", "request: .*keep-alive.*", "field (keep-alive|connection)", ANY, "absent"),
                of("own-page", ".* \\([45]..\\)", "body", PAGE,
                        "[45].. [A-Za-z -]+\n|\\{\"type\":\"about:blank\",\"title\":.*\\}\n|<!DOCTYPE html>.*"),
                of("own-page", ".* \\([45]..\\)", "field content-type", "\\[text/html;charset=utf-8\\]",
                        "\\[text/plain; ?charset=utf-8\\]|\\[application/problem\\+json\\]"),
                of("own-page", ".* \\([45]..\\)", "field content-language", "\\[en\\]", "absent"),
                of("application-page", "(form: too large|upload: .*) \\(413\\)", "body", PAGE + "|",
                        "\\{\"timestamp\".*"),
                of("application-page", "(form: too large|upload: .*) \\(413\\)", "field content-type",
                        "absent|\\[text/html;charset=utf-8\\]", "\\[application/json\\]"),
                of("application-page", "dispatch: include/.* \\(500\\)", "body", "", "\\{\"timestamp\".*"),
                of("application-page", "dispatch: include/.* \\(500\\)", "field content-type", "absent",
                        "\\[application/json\\]"),
                of("refused-early", "path: (encoded dots|encoded LF|percent in query) \\(400\\)", "body",
                        "\\{\"timestamp\".*", "400 Bad Request\n"),
                of("refused-early", "path: (encoded dots|encoded LF|percent in query) \\(400\\)", "field content-type",
                        "\\[application/json\\]", "\\[text/plain; ?charset=utf-8\\]"),
                of("refused-early", "path: percent in query \\(400\\)", SECURITY_FIELDS, ANY, "absent"),
                of("redirect-note", ".* \\(30[1278]\\)", "body", "", "<a href=\"[^\"]*\">[A-Za-z ]+</a>\\.\n"),
                of("redirect-note", ".* \\(30[1278]\\)", "field content-type", "absent",
                        "\\[text/html;charset=utf-8\\]"),
                of("redirect-to-nothing", "servlet: redirect\\?to= .*", "field location", ANY, ".*/raw/redirect\\]"),
                of("filters-see-all",
                        "(dispatch: (forward|view|named).*|path: (WEB|META)-INF|upload: empty|wire: bad chunk) \\(...\\)",
                        SECURITY_FIELDS, "absent", ANY),
                of("filters-see-all", "path: (WEB|META)-INF \\(404\\)", "body", ANY, ".*No static resource.*"),
                of("forwarded-stays", "forwarded: .* \\(200\\)", "body", ".*", ".*\nheader x-forwarded-for: .*"),
                of("names-of-parameters", "request: query .*", "status", "400", "200"),
                of("names-of-parameters", "form: odd separators .*", "body", ".*parameters: refused.*",
                        ".*\\{=\\[x\\].*"),
                of("empty-host", "request: Host empty .*", "body", ".*server:  PORT.*", ".*server: [a-z0-9.]+ PORT.*"),
                of("locales", "request: odd locales .*", "body", ".*locales: \\[, , , zh_TW_HANT\\].*",
                        ".*locales: \\[zh_TW_#Hant\\].*"),
                of("no-name-lookup", "request: local name .*", "body", ".*", "127.0.0.1"),
                of("match-value", "path: servlet prefix .*", "body", ".*PATH /raw/\\* null raw.*",
                        ".*PATH /raw/\\*  raw.*"),
                of("trailers", "body: chunked with extension.*", "body", "read 4 trailers \\{\\}",
                        "read 4 trailers \\{x-t=1\\}"),
                of("trace", "response: TRACE.*", "status", "405", "400"),
                of("writer-charset", "servlet: after-error .*", "field content-type", ".*;charset=ISO-8859-1\\]",
                        "\\[application/json\\]"),
                of("error-message", "(error.*: arithmetic|servlet error: throw-servlet) .*", "body",
                        "own page: 500 (Request processing failed|outer).*", "own page: 500 (/ by zero|inner).*"),
                of("exception-texts", "(response: .* cookie|form: too many) \\([45]00\\)", "body", "\\{\"timestamp\".*",
                        "\\{\"timestamp\".*"),
                of("unavailable", "servlet error: unavailable \\(503\\)", "field retry-after", ".*GMT\\]",
                        "\\[[0-9]+\\]"),
                of("unavailable", "servlet error: unavailable \\(503\\)", "body", ".*currently unavailable.*",
                        ".*No message available.*"),
                of("unavailable", "servlet error: unavailable \\(404\\)", "status", "404", "503"),
                of("fields-of-416", "file: .* \\(416\\)", "field last-modified", ANY, "absent"),
                of("part-field-names", "upload: parts .*", "body", ".*\\[content-disposition.*",
                        ".*\\[Content-Disposition.*"),
                of("malformed-multipart", "upload: (cut|no boundary) .*", "status", "500", "400"),
                of("options-asterisk", "wire: OPTIONS \\* .*", "field allow", ANY, "absent"),
                of("http-1.2", "wire: HTTP/1.2 .*", "status", "505", "200"),
                of("http-0.9", "wire: (no version|nonsense) .*", "status", "-", "400"),
                of("strict-grammar", "wire: (two spaces|folded field|length and chunked) .*", "status", "200", "400"),
                of("exact-statuses", "wire: (large field|many fields) .*", "status", "400", "431"),
                of("exact-statuses", "wire: long target .*", "status", "400", "414"),
                of("exact-statuses", "wire: huge length .*", "status", "400", "413"),
                of("unknown-coding", "wire: unknown coding .*", "status", "501", "400"));
    }
}
