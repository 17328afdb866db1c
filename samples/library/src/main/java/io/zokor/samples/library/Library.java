package io.zokor.samples.library;

import java.util.Optional;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;

import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;
import org.springframework.orm.ObjectOptimisticLockingFailureException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What can be done with the books, each in a transaction; stateless. */
@Service
class Library {

    private final BookRepository books;
    private final AuthorRepository authors;

    Library(BookRepository books, AuthorRepository authors) {
        this.books = books;
        this.authors = authors;
    }

    /** A book as a client sees it. */
    record BookView(@Nullable Long id, int version, String isbn, String title, int year, String author) {

        static BookView of(Book book) {
            Author author = book.author();
            return new BookView(book.id(), book.version(), book.isbn(), book.title(), book.year(),
                    author == null ? "" : author.name());
        }
    }

    /** A book as a client sends it. */
    record BookData(@Pattern(regexp = "\\d{13}", message = "must be 13 digits") String isbn,
            @NotBlank @Size(max = 200) String title, @Min(1450) @Max(2100) int year,
            @NotBlank @Size(max = 100) String author) {
    }

    @Transactional(readOnly = true)
    Page<BookView> find(@Nullable String author, Pageable page) {
        return (author == null ? books.findAll(page) : books.findByAuthorNameContainingIgnoreCase(author, page))
                .map(BookView::of);
    }

    @Transactional(readOnly = true)
    Optional<BookView> find(long id) {
        return books.findById(id).map(BookView::of);
    }

    @Transactional
    BookView add(BookData data) {
        return BookView
                .of(books.saveAndFlush(new Book(data.isbn(), data.title(), data.year(), author(data.author()))));
    }

    /** Changes a book, if it still is at the version that the client has seen. */
    @Transactional
    Optional<BookView> change(long id, int version, BookData data) {
        return books.findById(id).map(book -> {
            if (book.version() != version) {
                throw new ObjectOptimisticLockingFailureException(Book.class, id);
            }
            book.change(data.isbn(), data.title(), data.year(), author(data.author()));
            return BookView.of(books.saveAndFlush(book));
        });
    }

    @Transactional
    boolean remove(long id) {
        Optional<Book> book = books.findById(id);
        book.ifPresent(books::delete);
        return book.isPresent();
    }

    private Author author(String name) {
        return authors.findByName(name).orElseGet(() -> authors.save(new Author(name)));
    }
}
