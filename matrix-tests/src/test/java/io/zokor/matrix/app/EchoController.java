package io.zokor.matrix.app;

import java.security.Principal;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import org.springframework.format.annotation.DateTimeFormat;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseCookie;
import org.springframework.http.ResponseEntity;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.web.bind.annotation.CookieValue;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.MatrixVariable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** Says what the servlet API says of a request. */
@RestController
class EchoController {

    @RequestMapping("/echo/**")
    ResponseEntity<String> echo(HttpServletRequest request) {
        return ResponseEntity.ok().contentType(MediaType.TEXT_PLAIN).body(describe(request));
    }

    static String describe(HttpServletRequest request) {
        StringBuilder text = new StringBuilder();
        HttpServletMapping mapping = request.getHttpServletMapping();
        line(text, "dispatch", request.getDispatcherType());
        line(text, "method", request.getMethod());
        line(text, "protocol", request.getProtocol());
        line(text, "uri", request.getRequestURI());
        line(text, "url", request.getRequestURL());
        line(text, "context", request.getContextPath());
        line(text, "servlet", request.getServletPath());
        line(text, "info", request.getPathInfo());
        line(text, "translated", request.getPathTranslated() == null ? "no" : "yes");
        line(text, "query", request.getQueryString());
        line(text, "mapping", mapping.getMappingMatch() + " " + mapping.getPattern() + " " + mapping.getMatchValue()
                + " " + mapping.getServletName());
        line(text, "scheme", request.getScheme() + " " + request.isSecure());
        line(text, "server", request.getServerName() + " " + request.getServerPort());
        line(text, "remote", request.getRemoteAddr() + " " + request.getRemoteHost());
        line(text, "local", request.getLocalAddr() + " " + request.getLocalPort());
        line(text, "user", request.getRemoteUser() + " " + request.getUserPrincipal() + " " + request.getAuthType());
        line(text, "content", request.getContentType() + " " + request.getContentLengthLong() + " "
                + request.getCharacterEncoding());
        line(text, "locales", Collections.list(request.getLocales()));
        line(text, "session", request.getRequestedSessionId() != null ? "asked" : "none");
        line(text, "cookies", request.getCookies() == null ? "none"
                : Arrays.stream(request.getCookies()).map(c -> c.getName() + "=" + c.getValue()).toList());
        for (String name : Collections.list(request.getHeaderNames()).stream().map(n -> n.toLowerCase(Locale.ROOT))
                .distinct().sorted().toList()) {
            line(text, "header " + name, Collections.list(request.getHeaders(name)));
        }
        try {
            Map<String, String> parameters = new TreeMap<>();
            request.getParameterMap().forEach((name, values) -> parameters.put(name, Arrays.toString(values)));
            line(text, "parameters", parameters);
        } catch (IllegalStateException e) {
            line(text, "parameters", "refused");
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String name, Object value) {
        text.append(name).append(": ").append(value).append('\n');
    }

    @PostMapping("/api/text")
    String text(@RequestBody(required = false) String body) {
        return body == null ? "nothing" : body.length() + " " + (body.length() > 200 ? "long" : body);
    }

    @PostMapping("/api/bytes")
    String bytes(@RequestBody byte[] body) {
        return body.length + " bytes, sum " + Arrays.hashCode(body);
    }

    @GetMapping("/api/path/{one}/{two}")
    Map<String, String> path(@PathVariable String one, @PathVariable String two) {
        return new TreeMap<>(Map.of("one", one, "two", two));
    }

    @GetMapping("/api/matrix/{one}")
    Map<String, String> matrix(@PathVariable String one,
            @MatrixVariable(required = false, defaultValue = "-") String v) {
        return new TreeMap<>(Map.of("one", one, "v", v));
    }

    @GetMapping("/api/typed")
    String typed(@RequestParam int number, @RequestParam(required = false) List<String> many,
            @RequestParam(required = false) @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) java.time.LocalDate day) {
        return number + " " + many + " " + day;
    }

    @GetMapping("/api/local-name")
    String localName(HttpServletRequest request) {
        return request.getLocalName();
    }

    @GetMapping("/api/cookies/utf8")
    String utf8(@CookieValue(required = false) String a, HttpServletResponse response) {
        response.addCookie(new Cookie("u", "gr\u00fcn\u4e16"));
        return a;
    }

    @GetMapping("/api/locale")
    String locale(Locale locale) {
        return locale.toLanguageTag();
    }

    @GetMapping("/api/unicode")
    String unicode() {
        return "Grüße, 世界 \uD83D\uDE00";
    }

    @GetMapping(path = "/api/latin", produces = "text/plain;charset=ISO-8859-1")
    String latin() {
        return "Grüße";
    }

    @GetMapping("/api/big")
    String big(@RequestParam int size) {
        return "0123456789".repeat(size / 10);
    }

    @GetMapping("/api/nothing")
    void nothing() {
        // The answer is an empty 200.
    }

    @GetMapping("/api/204")
    ResponseEntity<Void> noContent() {
        return ResponseEntity.noContent().build();
    }

    @GetMapping("/api/201")
    ResponseEntity<Map<String, Integer>> created() {
        return ResponseEntity.created(java.net.URI.create("/api/things/7")).body(Map.of("id", 7));
    }

    @GetMapping("/api/headers")
    ResponseEntity<String> headers() {
        return ResponseEntity.ok().header("X-Many", "1", "2").header("X-Empty", "").header("X-Latin", "gr\u00fcn")
                .lastModified(1_000_000_000_000L).eTag("v1").header(HttpHeaders.CONTENT_LANGUAGE, "de").body("x");
    }

    @GetMapping("/api/cookies")
    ResponseEntity<String> cookies(@CookieValue(required = false) String a, HttpServletResponse response) {
        Cookie plain = new Cookie("plain", "value");
        response.addCookie(plain);
        Cookie full = new Cookie("full", "v");
        full.setPath("/api");
        full.setHttpOnly(true);
        full.setSecure(true);
        full.setMaxAge(60);
        full.setDomain("example.com");
        full.setAttribute("SameSite", "Strict");
        full.setAttribute("Partitioned", "");
        response.addCookie(full);
        Cookie gone = new Cookie("gone", "");
        gone.setMaxAge(0);
        response.addCookie(gone);
        return ResponseEntity.ok().header(HttpHeaders.SET_COOKIE, ResponseCookie.from("spring", "boot").sameSite("Lax")
                .path("/").build().toString()).body("a=" + a);
    }

    @GetMapping("/api/cookies/quoted")
    String quoted(HttpServletResponse response) {
        response.addCookie(new Cookie("q", "\"in quotes\""));
        return "ok";
    }

    @GetMapping("/api/cookies/bad")
    String bad(HttpServletResponse response) {
        response.addCookie(new Cookie("q", "semi;colon"));
        return "ok";
    }

    @GetMapping("/etag/text")
    String etag() {
        return "text with an ETag";
    }

    @RequestMapping("/api/cors/thing")
    ResponseEntity<String> cors() {
        return ResponseEntity.ok().header("X-Shown", "1").body("shared");
    }

    @GetMapping("/private/hello")
    String hello(Principal principal) {
        return "hello " + principal.getName();
    }

    @PostMapping("/private/post")
    String post(Principal principal, @RequestParam String text) {
        return principal.getName() + " posts " + text;
    }

    @GetMapping("/private/roles")
    String roles(HttpServletRequest request) {
        return request.isUserInRole("USER") + " " + request.isUserInRole("ADMIN") + " " + request.getAuthType() + " "
                + request.getRemoteUser();
    }

    @GetMapping("/admin/hello")
    String admin() {
        return "hello admin";
    }

    @GetMapping("/token")
    String token(CsrfToken token) {
        return token.getParameterName() + "=" + token.getToken();
    }
}
