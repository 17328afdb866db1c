package io.zokor.mux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.Collectors;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoutePatternTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            /                              | -    | -           | REST
            /a                             | -    | -           | LITERAL a
            /a/                            | -    | -           | LITERAL a, REST
            GET /a/b                       | GET  | -           | LITERAL a, LITERAL b
            GET   /a                       | GET  | -           | LITERAL a
            PURGE example.com/a            | PURGE | example.com | LITERAL a
            Example.COM/                   | -    | example.com | REST
            [::1]/                         | -    | [::1]       | REST
            /items/{id}                    | -    | -           | LITERAL items, WILDCARD id
            /items/{id}/                   | -    | -           | LITERAL items, WILDCARD id, REST
            /{$}                           | -    | -           | END
            /items/{$}                     | -    | -           | LITERAL items, END
            /files/{path...}               | -    | -           | LITERAL files, REST path
            /{a}/{b_2}/{rest...}           | -    | -           | WILDCARD a, WILDCARD b_2, REST rest
            /%61%2Fb                       | -    | -           | LITERAL a/b
            /%7Bx%7D                       | -    | -           | LITERAL {x}
            /...                           | -    | -           | LITERAL ...
            /a b/c                         | -    | -           | LITERAL a b, LITERAL c
            CONNECT //x                    | CONNECT | -        | LITERAL, LITERAL x
            """)
    void says(String text, String method, String host, String segments) {
        RoutePattern pattern = RoutePattern.parse(text);
        assertThat(pattern.method()).isEqualTo(method == null ? "" : method);
        assertThat(pattern.host()).isEqualTo(host == null ? "" : host);
        assertThat(pattern.segments().stream().map(s -> (s.kind() + " " + s.text()).strip())
                .collect(Collectors.joining(", "))).isEqualTo(segments);
        assertThat(pattern.text()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                | 1  | empty
            items             | 1  | the path is missing
            GET items         | 5  | the path is missing
            'GET '            | 5  | the path is missing
            G(T /             | 1  | not a method
            ' /a'             | 1  | not a method
            /{                | 2  | no closing brace
            /{id/x            | 2  | no closing brace
            /a{id}            | 3  | whole segment
            /{id}a            | 6  | whole segment
            /a}               | 3  | whole segment
            /{}               | 3  | no name
            /{...}            | 3  | no name
            /{1a}             | 3  | begins with no digit
            /{a-b}            | 4  | letters, digits
            /{a}/{a}          | 7  | there twice
            /{a}/{a...}       | 7  | there twice
            /{$}/             | 5  | nothing may follow {$}
            /{$}/a            | 5  | nothing may follow {$}
            /{a...}/          | 8  | nothing may follow {a...}
            /{a...}/b         | 8  | nothing may follow {a...}
            /a//b             | 4  | never matches
            //                | 2  | never matches
            /a/../b           | 4  | never matches
            GET /a/%2e        | 8  | never matches
            /%zz              | 2  | percent sign
            /a/%ff            | 4  | UTF-8
            /a/%4             | 4  | percent sign
            {host}/a          | 1  | no wildcards
            example.com:80/   | 12 | without its port
            a?b/              | 2  | no host has
            [::1/             | 2  | without its port
            """)
    void refuses(String text, int column, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> RoutePattern.parse(text))
                .withMessageStartingWith("pattern \"" + text + "\", column " + column + ": ")
                .withMessageContaining(message);
    }
}
