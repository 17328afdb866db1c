package io.zokor.internal.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;

import io.zokor.config.Limits;
import io.zokor.http.Headers;
import io.zokor.http.RejectedRequestException;
import io.zokor.internal.exchange.RequestHead;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What makes a request's head of fields (RFC 9113 section 8). Fields are written {@code name=value}, with {@code ~} between. */
class RequestHeadsTest {

    private static final RequestHeads.Rules PLAIN = new RequestHeads.Rules(false, false, false);

    private static final String GET = ":method=GET~:scheme=http~:authority=a.test~:path=/";

    @Test
    void plainRequest() throws Exception {
        RequestHead head = head(GET + "?q~accept=*/*", true);
        assertThat(head.method()).isEqualTo("GET");
        assertThat(head.target().path()).isEqualTo("/");
        assertThat(head.target().query()).isEqualTo("q");
        assertThat(head.protocol()).isEqualTo("HTTP/2.0");
        assertThat(head.host()).isEqualTo("a.test");
        assertThat(head.headers().get("Host")).isEqualTo("a.test");
        assertThat(head.contentLength()).isZero();
        assertThat(head.protocolRequestId()).isEqualTo("5");
    }

    @Test
    void lengthIsUnknownWhileTheStreamIsOpen() throws Exception {
        assertThat(head(GET, false).contentLength()).isEqualTo(-1);
        assertThat(head(GET + "~content-length=7", false).contentLength()).isEqualTo(7);
    }

    @Test
    void crumbsBecomeOneCookie() throws Exception {
        assertThat(head(GET + "~cookie=a=b~cookie=c=d~x=y~cookie=e=f", true).headers().all("cookie"))
                .containsExactly("a=b; c=d; e=f");
    }

    @ParameterizedTest
    @ValueSource(strings = { ":scheme=http~:authority=a~:path=/", ":method=GET~:authority=a~:path=/",
        ":method=GET~:scheme=http~:authority=a", ":method=GET~:scheme=http~:path=/", "accept=*/*",
        GET + "~:path=/", GET + "~:authority=a.test", GET + "~:status=200", GET + "~:x=y",
        ":method=GET~:scheme=http~:authority=a~x=y~:path=/", ":method=G T~:scheme=http~:authority=a~:path=/",
        ":method=~:scheme=http~:authority=a~:path=/", ":method=GET~:scheme=1~:authority=a~:path=/",
        ":method=GET~:scheme=http~:authority=a~:path=", ":method=GET~:scheme=http~:authority=a~:path=x",
        ":method=GET~:scheme=http~:authority=u@a~:path=/", ":method=GET~:scheme=http~:authority=~:path=/",
        GET + "~host=b.test", GET + "~host=a.test~host=a.test", GET + "~X=1", GET + "~=1", GET + "~a b=1",
        GET + "~x= a", GET + "~x=a ", GET + "~x=a\tb\u0000", GET + "~x=a\nb", GET + "~x=a\rb",
        GET + "~connection=close", GET + "~proxy-connection=x", GET + "~keep-alive=x", GET + "~upgrade=h2c",
        GET + "~transfer-encoding=chunked", GET + "~te=gzip", GET + "~content-length=3", GET + "~content-length=x",
        ":method=CONNECT~:authority=a:1~:scheme=http", ":method=CONNECT~:authority=a",
        ":method=CONNECT~:scheme=http~:authority=a~:path=/~:protocol=websocket" })
    void malformed(String fields) {
        assertThatThrownBy(() -> head(fields, true)).isInstanceOfSatisfying(Http2Error.class, e -> {
            assertThat(e.isOfStream()).isTrue();
            assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
        });
    }

    @ParameterizedTest
    @CsvSource({ "421, :method=GET~:scheme=https~:authority=a~:path=/", "501, :method=CONNECT~:authority=a:443",
        "400, :method=GET~:scheme=http~:authority=a~:path=/%zz", "400, :method=GET~:scheme=http~:authority=a~:path=*" })
    void answered(int status, String fields) {
        assertThatThrownBy(() -> head(fields, true)).isInstanceOfSatisfying(RejectedRequestException.class,
                e -> assertThat(e.status()).isEqualTo(status));
    }

    @Test
    void optionsOfTheServer() throws Exception {
        assertThat(head(":method=OPTIONS~:scheme=http~:authority=a~:path=*", true).target().path()).isEqualTo("*");
    }

    @Test
    void extendedConnectWhereItWasOffered() throws Exception {
        RequestHeads heads = heads(":method=CONNECT~:scheme=http~:authority=a~:path=/chat~:protocol=websocket");
        RequestHead head = heads.head(new RequestHeads.Rules(false, false, true), 1, false, 0);
        assertThat(head.connectProtocol()).isEqualTo("websocket");
        assertThat(head.target().path()).isEqualTo("/chat");
    }

    /** Beyond the limit 431, beyond twice the limit there is no sense in reading on (CVE-2016-6581). */
    @Test
    void fieldsBeyondTheLimit() {
        assertThatThrownBy(() -> head(GET + "~x=" + "v".repeat(8200), true))
                .isInstanceOfSatisfying(RejectedRequestException.class, e -> assertThat(e.status()).isEqualTo(431));
        assertThatThrownBy(() -> head(GET + "~x=" + "v".repeat(17000), true))
                .isInstanceOfSatisfying(Http2Error.class, e -> assertThat(e.isOfStream()).isFalse());
        assertThatThrownBy(() -> head(GET + "~x=".repeat(101), true))
                .isInstanceOfSatisfying(RejectedRequestException.class, e -> assertThat(e.status()).isEqualTo(431));
        assertThatThrownBy(() -> head(GET + "~cookie=a".repeat(201), true))
                .isInstanceOfSatisfying(RejectedRequestException.class, e -> assertThat(e.status()).isEqualTo(431));
    }

    @Test
    void trailersKeepWhatMayStandThere() throws Exception {
        Headers trailers = heads("x-sum=1~content-length=9~authorization=z").trailers();
        assertThat(trailers.names()).containsExactly("x-sum");
    }

    @ParameterizedTest
    @ValueSource(strings = { ":method=GET", ":status=200", "X=1", "transfer-encoding=chunked", "x=a\nb" })
    void malformedTrailers(String fields) {
        assertThatThrownBy(() -> heads(fields).trailers()).isInstanceOf(Http2Error.class);
    }

    private static RequestHead head(String fields, boolean ended) throws Exception {
        return heads(fields).head(PLAIN, 5, ended, 0);
    }

    private static RequestHeads heads(String fields) throws Exception {
        RequestHeads heads = new RequestHeads(Limits.defaults());
        for (String field : Arrays.asList(fields.split("~"))) {
            int equals = field.indexOf('=');
            heads.field(field.substring(0, equals), field.substring(equals + 1));
        }
        return heads;
    }
}
