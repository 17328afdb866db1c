package io.zokor.samples.notes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.CookieManager;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.zokor.spring.boot.ZokorWebServer;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;

/** The pages as a browser sees them: cookies, forms and redirects. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class NotesApplicationTests {

    private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");

    @LocalServerPort
    private int port;

    /** A browser: keeps cookies, follows redirects by hand. */
    private final class Browser {

        private final CookieManager cookies = new CookieManager();
        private final HttpClient client = HttpClient.newBuilder().cookieHandler(cookies)
                .followRedirects(Redirect.NEVER).build();

        HttpResponse<String> get(String path) throws IOException, InterruptedException {
            return send(request(path));
        }

        HttpResponse<String> post(String path, String form) throws IOException, InterruptedException {
            return send(request(path).header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.ofString(form)));
        }

        HttpResponse<String> submit(String page, String path, String form) throws IOException, InterruptedException {
            Matcher token = TOKEN.matcher(get(page).body());
            assertThat(token.find()).as("the page has a token").isTrue();
            return post(path, form + "&_csrf=" + URLEncoder.encode(token.group(1), StandardCharsets.UTF_8));
        }

        HttpResponse<String> logIn(String user, String password) throws IOException, InterruptedException {
            return submit("/login", "/login", "username=" + user + "&password=" + password);
        }

        String sessionId() {
            return cookies.getCookieStore().getCookies().stream()
                    .filter(cookie -> cookie.getName().equals("JSESSIONID")).map(HttpCookie::getValue).findFirst()
                    .orElse("none");
        }

        private HttpRequest.Builder request(String path) {
            return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                    .timeout(Duration.ofSeconds(30));
        }

        private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
            return client.send(request.build(), BodyHandlers.ofString());
        }
    }

    private final Browser browser = new Browser();

    private static String location(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(302);
        return URI.create(response.headers().firstValue("Location").orElse("none")).getRawSchemeSpecificPart()
                .replaceFirst("//localhost:\\d+", "");
    }

    @Test
    void zokorServes(@Autowired ServletWebServerApplicationContext context) {
        assertThat(context.getWebServer()).isInstanceOf(ZokorWebServer.class);
    }

    @Test
    void aStrangerIsSentToTheLoginPage() throws Exception {
        assertThat(location(browser.get("/"))).isEqualTo("/login");
        assertThat(browser.get("/login").body()).contains("<title>Log in</title>");
    }

    @Test
    void theSessionGetsANewIdAtLogin() throws Exception {
        browser.get("/login");
        String before = browser.sessionId();
        assertThat(location(browser.logIn("ada", "engine"))).isEqualTo("/");
        assertThat(browser.sessionId()).isNotEqualTo("none").isNotEqualTo(before);
        assertThat(browser.get("/").body()).contains("Notes of ada");
        browser.submit("/", "/logout", "");
    }

    @Test
    void aWrongPasswordIsTold() throws Exception {
        assertThat(location(browser.logIn("ada", "wrong"))).isEqualTo("/login?error");
        assertThat(browser.get("/login?error").body()).contains("Name or password is wrong.");
    }

    @Test
    void aFormWithoutItsTokenIsForbidden() throws Exception {
        browser.logIn("ada", "engine");
        assertThat(browser.post("/notes", "text=evil").statusCode()).isEqualTo(403);
        assertThat(browser.get("/").body()).doesNotContain("evil");
        browser.submit("/", "/logout", "");
    }

    @Test
    void aNoteIsAddedAndEscaped() throws Exception {
        browser.logIn("grace", "compiler");
        assertThat(location(browser.submit("/", "/notes", "text=%3Cb%3Ebold%3C%2Fb%3E+%C3%A4"))).isEqualTo("/");
        assertThat(browser.get("/").body()).contains("Noted.", "&lt;b&gt;bold&lt;/b&gt; ä");
        assertThat(browser.get("/").body()).doesNotContain("Noted.");
        assertThat(browser.submit("/", "/notes", "text=+").body()).contains("must not be blank");
        browser.submit("/", "/logout", "");
    }

    @Test
    void logoutEndsTheSession() throws Exception {
        browser.logIn("ada", "engine");
        assertThat(location(browser.submit("/", "/logout", ""))).isEqualTo("/login?bye");
        assertThat(location(browser.get("/"))).isEqualTo("/login");
    }

    @Test
    void rolesAreAsked() throws Exception {
        browser.logIn("ada", "engine");
        assertThat(browser.get("/all").statusCode()).isEqualTo(403);
        browser.submit("/", "/logout", "");
        browser.logIn("grace", "compiler");
        assertThat(browser.get("/all").statusCode()).isEqualTo(200);
        browser.submit("/", "/logout", "");
    }

    @Test
    void filesOfAJarComeFromTheDefaultServlet() throws Exception {
        HttpResponse<String> style = browser.get("/theme/theme.css");
        assertThat(style.statusCode()).isEqualTo(200);
        assertThat(style.headers().firstValue("Content-Type")).hasValue("text/css");
        assertThat(style.body()).contains(".error");
        assertThat(browser.get("/theme/nothing.css").statusCode()).isEqualTo(404);
    }
}
