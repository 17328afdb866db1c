package io.zokor.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.List;

import io.zokor.net.AddressRange;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is believed of {@code X-Forwarded-*} and of {@code Forwarded}. */
class ForwardedHeadersHandlerTests {

    private final HandlerWebServerFactory factory = new HandlerWebServerFactory((request, response) -> {
        InetSocketAddress remote = (InetSocketAddress) request.connection().remoteAddress();
        response.write(
                request.scheme() + " " + request.host() + " " + remote.getAddress().getHostAddress());
    });
    private ZokorWebServer server;

    @AfterEach
    void end() {
        server.stop();
        server.destroy();
    }

    private String answer(String trusted, String... fields) {
        return response(trusted, fields).text();
    }

    private int status(String trusted, String... fields) {
        return response(trusted, fields).status();
    }

    private RawResponse response(String trusted, String... fields) {
        factory.setUseForwardHeaders(true);
        factory.setTrustedProxies(trusted.isEmpty() ? List.of() : List.of(AddressRange.parse(trusted)));
        server = factory.create();
        server.start();
        try (RawClient client = RawClient.connect(server.getPort())) {
            client.send("GET / HTTP/1.1\r\nHost: internal\r\n" + String.join("\r\n", fields) + "\r\n\r\n");
            return client.readResponse();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            X-Forwarded-For: 192.0.2.7                            | http internal 192.0.2.7
            X-Forwarded-For: 192.0.2.7:4711                       | http internal 192.0.2.7
            X-Forwarded-For: [2001:db8::7]:4711                   | http internal 2001:db8:0:0:0:0:0:7
            X-Forwarded-For: 2001:db8::7                          | http internal 2001:db8:0:0:0:0:0:7
            X-Forwarded-For: 198.51.100.1, 192.0.2.7              | http internal 192.0.2.7
            X-Forwarded-For: 192.0.2.7, 127.0.0.9                 | http internal 192.0.2.7
            X-Forwarded-For: 203.0.113.7,                         | http internal 203.0.113.7
            X-Forwarded-For: , 203.0.113.7 , ,                    | http internal 203.0.113.7
            X-Forwarded-For: 203.0.113.7,,127.0.0.9               | http internal 203.0.113.7
            X-Forwarded-For: 2001:db8::7,                         | http internal 2001:db8:0:0:0:0:0:7
            X-Forwarded-For: [2001:db8::7]:4711, ,                | http internal 2001:db8:0:0:0:0:0:7
            X-Forwarded-For: ,                                    | http internal 127.0.0.1
            X-Forwarded-For:                                      | http internal 127.0.0.1
            X-Forwarded-Proto: https,                             | https internal 127.0.0.1
            X-Forwarded-Proto: , https                            | https internal 127.0.0.1
            X-Forwarded-Host: example.com,                        | http example.com 127.0.0.1
            X-Forwarded-Port: 8443,                               | http internal:8443 127.0.0.1
            X-Forwarded-For: unknown                              | http internal 127.0.0.1
            X-Forwarded-For: 192.0.2.7, unknown, 127.0.0.9        | http internal 127.0.0.9
            X-Forwarded-For: localhost                            | http internal 127.0.0.1
            X-Forwarded-For: 10.1                                 | http internal 127.0.0.1
            X-Forwarded-Proto: https                              | https internal 127.0.0.1
            X-Forwarded-Proto: HTTPS                              | https internal 127.0.0.1
            X-Forwarded-Proto: gopher                             | http internal 127.0.0.1
            X-Forwarded-Host: example.com                         | http example.com 127.0.0.1
            X-Forwarded-Host: example.com:8443                    | http example.com:8443 127.0.0.1
            X-Forwarded-Host: evil.example, example.com           | http example.com 127.0.0.1
            X-Forwarded-Host: a b                                 | http internal 127.0.0.1
            X-Forwarded-Host: user@example.com                    | http internal 127.0.0.1
            X-Forwarded-Port: 8443                                | http internal:8443 127.0.0.1
            X-Forwarded-Port: 80                                  | http internal 127.0.0.1
            X-Forwarded-Port: 65536                               | http internal 127.0.0.1
            """)
    void ofOneTrustedProxy(String field, String expected) {
        assertThat(answer("127.0.0.0/8", field)).isEqualTo(expected);
    }

    @Test
    void ofTwoTrustedProxiesTheOuterOneCounts() {
        assertThat(answer("127.0.0.0/8", "X-Forwarded-For: 198.51.100.1, 192.0.2.7, 127.0.0.9",
                "X-Forwarded-Proto: http, https, http", "X-Forwarded-Host: evil.example, example.com, inner.example",
                "X-Forwarded-Port: 443")).isEqualTo("https example.com 192.0.2.7");
    }

    @Test
    void repeatedLinesAreOneListAndEmptyOnesDoNotCount() {
        assertThat(answer("127.0.0.0/8", "X-Forwarded-For: 198.51.100.1", "X-Forwarded-For:",
                "X-Forwarded-For: 192.0.2.7,", "X-Forwarded-For: ,127.0.0.9", "X-Forwarded-Proto: http",
                "X-Forwarded-Proto: https,", "X-Forwarded-Proto: , http", "X-Forwarded-Host: evil.example,",
                "X-Forwarded-Host:", "X-Forwarded-Host: example.com, inner.example"))
                .isEqualTo("https example.com 192.0.2.7");
    }

    /** As Tomcat has it where the scheme differs; a proxy that says host or port is believed instead. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            app:8080          | X-Forwarded-Proto: https                            | https app
            app               | X-Forwarded-Proto: https                            | https app
            [2001:db8::1]:80  | X-Forwarded-Proto: https                            | https [2001:db8::1]
            [2001:db8::1]     | X-Forwarded-Proto: https                            | https [2001:db8::1]
            app:8080          | X-Forwarded-Proto: http                             | http app:8080
            app:8080          | X-Forwarded-Proto: gopher                           | http app:8080
            app:8080          | X-Forwarded-Proto: https~X-Forwarded-Port: 8443     | https app:8443
            app:8080          | X-Forwarded-Proto: https~X-Forwarded-Host: shop:444 | https shop:444
            app:8080          | X-Forwarded-Proto: https~X-Forwarded-Host: shop     | https shop
            app:8080          | X-Forwarded-For: 192.0.2.7                          | http app:8080
            """)
    void thePortWhereOnlyTheSchemeIsForwarded(String host, String fields, String expected) {
        factory.setUseForwardHeaders(true);
        factory.setTrustedProxies(List.of(AddressRange.parse("127.0.0.0/8")));
        server = factory.create();
        server.start();
        try (RawClient client = RawClient.connect(server.getPort())) {
            client.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n" + fields.replace("~", "\r\n") + "\r\n\r\n");
            assertThat(client.readResponse().text()).startsWith(expected + " ");
        }
    }

    @Test
    void nothingOfWhatAStrangerSends() {
        assertThat(answer("10.0.0.0/8", "X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: https",
                "X-Forwarded-Host: example.com")).isEqualTo("http internal 127.0.0.1");
    }

    /** Neither does Tomcat's valve; who wants it sets {@code server.forward-headers-strategy=framework}. */
    @Test
    void thePrefixOfAProxyIsLeftToSpring() {
        HandlerWebServerFactory paths = new HandlerWebServerFactory((request, response) -> response
                .write(request.scheme() + " " + request.path()));
        paths.setUseForwardHeaders(true);
        server = paths.create();
        server.start();
        try (RawClient client = RawClient.connect(server.getPort())) {
            client.sendHead("GET /cart HTTP/1.1", "Host: a", "X-Forwarded-Prefix: /shop", "X-Forwarded-Proto: https");
            assertThat(client.readResponse().text()).isEqualTo("https /cart");
        }
    }

    @Test
    void onlyTheChosenKindOfFieldIsRead() {
        String[] both = { "Forwarded: for=192.0.2.7;proto=https;host=a.example", "X-Forwarded-For: 192.0.2.8",
            "X-Forwarded-Host: b.example" };
        assertThat(answer("127.0.0.0/8", both)).isEqualTo("http b.example 192.0.2.8");
        end();
        factory.setForwardedFields(ForwardedFields.RFC_7239);
        assertThat(answer("127.0.0.0/8", both)).isEqualTo("https a.example 192.0.2.7");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            for=192.0.2.7                                           | http internal 192.0.2.7
            For="192.0.2.7:4711"                                    | http internal 192.0.2.7
            for="192.0.2.7:_port"                                   | http internal 192.0.2.7
            for="[2001:db8::7]:4711";by=203.0.113.1                 | http internal 2001:db8:0:0:0:0:0:7
            for="\\1\\92.0.2.7"                                     | http internal 192.0.2.7
            for=198.51.100.1, for=192.0.2.7                         | http internal 192.0.2.7
            for=192.0.2.7;proto=https, for=127.0.0.9;proto=http     | https internal 192.0.2.7
            for=198.51.100.1;host=evil, for=192.0.2.7;host=good     | http good 192.0.2.7
            for=unknown;proto=https                                 | https internal 127.0.0.1
            for=_hidden;host="example.com:8443"                     | http example.com:8443 127.0.0.1
            for=192.0.2.7, for=unknown, for=127.0.0.9               | http internal 127.0.0.9
            proto=HTTPS ; host=example.com                          | https example.com 127.0.0.1
            proto=gopher;host="user@example.com"                    | http internal 127.0.0.1
            for=192.0.2.7;ext="a,b;c"                               | http internal 192.0.2.7
            , for=192.0.2.7,                                        | http internal 192.0.2.7
            for=192.0.2.7, ,, for=127.0.0.9,                        | http internal 192.0.2.7
            for=192.0.2.7;;proto=https;                             | https internal 192.0.2.7
            by=203.0.113.1                                          | http internal 127.0.0.1
            ;for=192.0.2.7;;                                        | http internal 192.0.2.7
            for=192.0.2.7;proto=https, ;                            | https internal 192.0.2.7
            for=192.0.2.7, ; ;; , for=127.0.0.9                     | http internal 192.0.2.7
            ;                                                       | http internal 127.0.0.1
            """)
    void forwardedOfTrustedProxies(String value, String expected) {
        factory.setForwardedFields(ForwardedFields.RFC_7239);
        assertThat(answer("127.0.0.0/8", "Forwarded: " + value)).isEqualTo(expected);
    }

    /** The client's open quotation mark would make the proxy's addition a part of its own value. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            for="evil, for=192.0.2.7
            for=192.0.2.7 for=192.0.2.8
            for=192.0.2.7;for=192.0.2.8
            for=[2001:db8::7]
            for
            for=
            =192.0.2.7
            for="192.0.2.7"x
            for="192.0.2.7\\
            """)
    void aForwardedThatIsNotWellFormedIsRefused(String value) {
        factory.setForwardedFields(ForwardedFields.RFC_7239);
        assertThat(status("127.0.0.0/8", "Forwarded: " + value)).isEqualTo(400);
        end();
        assertThat(answer("10.0.0.0/8", "Forwarded: " + value)).as("of a stranger it is not read")
                .isEqualTo("http internal 127.0.0.1");
    }

    @Test
    void aLineOfTheClientsOwnDoesNotHideThatOfTheProxy() {
        factory.setForwardedFields(ForwardedFields.RFC_7239);
        assertThat(answer("127.0.0.0/8", "Forwarded: for=\"broken", "Forwarded: for=192.0.2.7;proto=https"))
                .isEqualTo("https internal 192.0.2.7");
    }
}
