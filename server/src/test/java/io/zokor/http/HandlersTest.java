package io.zokor.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.zokor.testing.ResponseRecorder;
import io.zokor.testing.TestRequest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HandlersTest {

    @Test
    void textIsUtf8() throws Exception {
        ResponseRecorder response = serve(Handlers.text(201, "grün"), "/");
        assertThat(response.status()).isEqualTo(201);
        assertThat(response.bodyText()).isEqualTo("grün");
        assertThat(response.headers().get("Content-Type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(response.headers().get("X-Content-Type-Options")).isEqualTo("nosniff");
    }

    @Test
    void anErrorEchoesNothing() throws Exception {
        assertThat(serve(Handlers.error(503), "/x").bodyText()).isEqualTo("503 Service Unavailable\n");
        assertThat(serve(Handlers.notFound(), "/x").status()).isEqualTo(404);
    }

    @Test
    void aRedirectNamesThePlace() throws Exception {
        ResponseRecorder response = serve(Handlers.redirect("https://example.com/a?b#c", 308), "/");
        assertThat(response.status()).isEqualTo(308);
        assertThat(response.headers().get("Location")).isEqualTo("https://example.com/a?b#c");
    }

    @ParameterizedTest
    @ValueSource(strings = { "/a\r\nX: y", "/a b", "/ä", "/a\0" })
    void aRedirectRefusesWhatMustBeEncoded(String url) {
        assertThatIllegalArgumentException().isThrownBy(() -> Handlers.redirect(url, 302))
                .withMessageNotContaining(url);
    }

    @ParameterizedTest
    @ValueSource(ints = { 200, 299, 400, 0 })
    void aRedirectRefusesOtherStatuses(int status) {
        assertThatIllegalArgumentException().isThrownBy(() -> Handlers.redirect("/", status));
    }

    @ParameterizedTest
    @CsvSource({ "/api,/api/users?x=1,/users", "/api/,/api/users,/users", "/api,/api,/", "/api,/api/,/", "/,/a,/a",
        "/api,/apis,404", "/api,/other,404", "/api,/API/x,404", "/a%2Fb,/a%2Fb/c,/c" })
    void stripsAPrefixAtTheEndOfASegment(String prefix, String target, String seen) throws Exception {
        Handler echo = (request, response) -> response
                .write(request.path() + (request.path().equals(request.target().path()) ? "" : " differs"));
        ResponseRecorder response = serve(Handlers.stripPrefix(prefix, echo), target);
        assertThat(response.status() == 404 ? "404" : response.bodyText()).isEqualTo(seen);
    }

    @Test
    void stripPrefixKeepsTargetAsReceivedAndQuery() throws Exception {
        Handler echo = (request, response) -> response.write(request.target().raw() + " " + request.query());
        assertThat(serve(Handlers.stripPrefix("/api", echo), "/api/x?q=1").bodyText()).isEqualTo("/api/x?q=1 q=1");
    }

    @Test
    void aPrefixBeginsWithASlash() {
        assertThatIllegalArgumentException().isThrownBy(() -> Handlers.stripPrefix("api", Handlers.notFound()));
    }

    private static ResponseRecorder serve(Handler handler, String target) throws Exception {
        ResponseRecorder response = new ResponseRecorder();
        handler.handle(TestRequest.get(target), response);
        return response;
    }
}
