package io.zokor.samples.library;

import java.net.URI;

import io.zokor.samples.library.Library.BookData;
import io.zokor.samples.library.Library.BookView;

import jakarta.validation.Valid;

import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;
import org.springframework.data.web.PageableDefault;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** The books over HTTP; a book's version is its entity tag. Stateless. */
@RestController
@RequestMapping("/api/books")
class BookController {

    private final Library library;

    BookController(Library library) {
        this.library = library;
    }

    @GetMapping
    Page<BookView> list(@RequestParam(required = false) @Nullable String author,
            @PageableDefault(size = 20, sort = "id") Pageable page) {
        return library.find(author, page);
    }

    @GetMapping("/{id}")
    ResponseEntity<BookView> get(@PathVariable long id) {
        return answer(library.find(id).orElseThrow(BookController::notFound));
    }

    @PostMapping
    ResponseEntity<BookView> add(@Valid @RequestBody BookData book) {
        BookView added = library.add(book);
        URI location = ServletUriComponentsBuilder.fromCurrentRequest().path("/{id}").build(added.id());
        return ResponseEntity.created(location).eTag(tag(added)).body(added);
    }

    @PutMapping("/{id}")
    ResponseEntity<BookView> change(@PathVariable long id, @RequestHeader("If-Match") String tag,
            @Valid @RequestBody BookData book) {
        if (!tag.matches("\"\\d{1,9}\"")) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "If-Match must be an entity tag of a book.");
        }
        int version = Integer.parseInt(tag.substring(1, tag.length() - 1));
        return answer(library.change(id, version, book).orElseThrow(BookController::notFound));
    }

    @DeleteMapping("/{id}")
    ResponseEntity<Void> remove(@PathVariable long id) {
        if (!library.remove(id)) {
            throw notFound();
        }
        return ResponseEntity.noContent().build();
    }

    private static ResponseEntity<BookView> answer(BookView book) {
        return ResponseEntity.ok().eTag(tag(book)).body(book);
    }

    private static String tag(BookView book) {
        return "\"" + book.version() + '"';
    }

    private static ResponseStatusException notFound() {
        return new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no such book.");
    }
}
