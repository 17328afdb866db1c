package io.zokor.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Every printable character of ASCII in a path and in a query: both stacks say the same, and docs/migrating-from-tomcat.md too. */
class TargetCharactersTests {

    private static ConfigurableApplicationContext servlet;
    private static ConfigurableApplicationContext reactive;

    /** Where a character stands. */
    enum Place {
        PATH("/characters/x%sy?q=z", "In a path these are refused with 400"),
        QUERY("/characters/x?q=x%sy", "In a query these are refused with 400");

        private final String target;
        private final String sentence;

        Place(String target, String sentence) {
            this.target = target;
            this.sentence = sentence;
        }

        String target(String character) {
            return target.formatted(character);
        }
    }

    @BeforeAll
    static void start() {
        servlet = start(WebApplicationType.SERVLET);
        reactive = start(WebApplicationType.REACTIVE);
    }

    private static ConfigurableApplicationContext start(WebApplicationType type) {
        return new SpringApplicationBuilder(Application.class).web(type).run("--server.port=0",
                "--spring.main.banner-mode=off");
    }

    @AfterAll
    static void end() {
        servlet.close();
        reactive.close();
    }

    static Stream<String> characters() {
        // A percent sign is one with two digits.
        return "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".chars()
                .mapToObj(c -> c == '%' ? "%25" : String.valueOf((char) c));
    }

    @ParameterizedTest
    @MethodSource("characters")
    void bothStacksTakeTheSameCharacters(String character) {
        for (Place place : Place.values()) {
            RawResponse one = ask(servlet, place.target(character));
            RawResponse other = ask(reactive, place.target(character));
            assertThat(other.status()).as(place.target(character)).isEqualTo(one.status());
            if (one.status() == 200) {
                assertThat(other.text()).isEqualTo(one.text());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void thePageSaysWhatIsRefused(Place place) throws IOException {
        StringBuilder refused = new StringBuilder();
        characters().filter(character -> ask(servlet, place.target(character)).status() == 400)
                .forEach(refused::append);
        assertThat(Files.readString(Path.of("../docs/migrating-from-tomcat.md")).replaceAll("\\s+", " "))
                .contains(place.sentence + ": ``" + refused + "``.");
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNoEncodingIsRefusedByBoth(Place place) {
        for (String text : new String[] { "%", "%2", "%2g", "\u00fc", "\u0080", "\u007f", "\u0001" }) {
            assertThat(ask(servlet, place.target(text)).status()).as(text).isEqualTo(400);
            assertThat(ask(reactive, place.target(text)).status()).as(text).isEqualTo(400);
        }
    }

    private static RawResponse ask(ConfigurableApplicationContext application, String target) {
        int port = Integer.parseInt(application.getEnvironment().getRequiredProperty("local.server.port"));
        try (RawClient client = RawClient.connect(port)) {
            client.send("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
            return client.readResponse();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Controller.class)
    static class Application {
    }

    @RestController
    static class Controller {

        @GetMapping("/characters/**")
        String query(@RequestParam(defaultValue = "none") String q) {
            return q;
        }
    }
}
