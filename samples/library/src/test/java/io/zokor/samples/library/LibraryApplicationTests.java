package io.zokor.samples.library;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Map;

import io.zokor.spring.boot.ZokorWebServer;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.test.web.servlet.client.RestTestClient.ResponseSpec;

/** The API over HTTP, with Tomcat beside Zokor on the class path. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
class LibraryApplicationTests {

    @Autowired
    private RestTestClient client;

    @Autowired
    private BookRepository books;

    @BeforeEach
    void noBooks() {
        books.deleteAll();
    }

    private static Map<String, Object> book(String isbn, String title, String author) {
        return Map.of("isbn", isbn, "title", title, "year", 1999, "author", author);
    }

    private ResponseSpec add(String isbn, String title, String author) {
        return client.post().uri("/api/books").contentType(MediaType.APPLICATION_JSON).body(book(isbn, title, author))
                .exchange();
    }

    private ResponseSpec change(URI book, String tag, String title) {
        return client.put().uri(book).header(HttpHeaders.IF_MATCH, tag).contentType(MediaType.APPLICATION_JSON)
                .body(book("9780000000001", title, "Ada")).exchange();
    }

    private URI added() {
        URI location = add("9780000000001", "One", "Ada").expectStatus().isCreated().returnResult(Void.class)
                .getResponseHeaders().getLocation();
        assertThat(location).isNotNull();
        return location;
    }

    @Test
    void zokorServesAlthoughTomcatIsThere(@Autowired ServletWebServerApplicationContext context) {
        assertThat(context.getWebServer()).isInstanceOf(ZokorWebServer.class);
    }

    @Test
    void aBookIsAddedReadAndRemoved() {
        URI book = added();
        client.get().uri(book).exchange().expectStatus().isOk().expectBody().jsonPath("$.title").isEqualTo("One")
                .jsonPath("$.author").isEqualTo("Ada");
        client.delete().uri(book).exchange().expectStatus().isNoContent();
        client.get().uri(book).exchange().expectStatus().isNotFound().expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON);
    }

    @Test
    void aChangeOfAnOldVersionIsRefused() {
        URI book = added();
        change(book, "\"0\"", "Two").expectStatus().isOk().expectHeader().valueEquals("ETag", "\"1\"");
        change(book, "\"0\"", "Three").expectStatus().isEqualTo(412);
        client.get().uri(book).exchange().expectBody().jsonPath("$.title").isEqualTo("Two");
    }

    @Test
    void wrongFieldsAreNamed() {
        add("12", " ", "Ada").expectStatus().isBadRequest().expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON).expectBody().jsonPath("$.fields.isbn")
                .isEqualTo("must be 13 digits").jsonPath("$.fields.title").isEqualTo("must not be blank");
    }

    @Test
    void theSameIsbnIsAConflict() {
        added();
        add("9780000000001", "Again", "Ada").expectStatus().isEqualTo(409);
    }

    @Test
    void booksComeInPages() {
        for (int i = 1; i <= 5; i++) {
            add("978000000000" + i, "Book " + i, i % 2 == 0 ? "Ada" : "Grace");
        }
        client.get().uri("/api/books?size=2&page=2&sort=isbn").exchange().expectStatus().isOk().expectBody()
                .jsonPath("$.content.length()").isEqualTo(1).jsonPath("$.content[0].title").isEqualTo("Book 5")
                .jsonPath("$.page.totalPages").isEqualTo(3);
        client.get().uri("/api/books?author=ada").exchange().expectBody().jsonPath("$.page.totalElements")
                .isEqualTo(2);
    }
}
