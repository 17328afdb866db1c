package io.zokor.samples.library;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Version;

import org.jspecify.annotations.Nullable;

/** A book. Belongs to the persistence context that has read it; the version tells two writers apart. */
@Entity
class Book {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private @Nullable Long id;

    @Version
    private int version;

    @Column(nullable = false, unique = true, length = 13)
    private String isbn = "";

    @Column(nullable = false)
    private String title = "";

    @Column(nullable = false, name = "published")
    private int year;

    @ManyToOne(fetch = FetchType.LAZY, optional = false)
    private @Nullable Author author;

    /** For Hibernate. */
    protected Book() {
    }

    Book(String isbn, String title, int year, Author author) {
        this.isbn = isbn;
        this.title = title;
        this.year = year;
        this.author = author;
    }

    void change(String newIsbn, String newTitle, int newYear, Author newAuthor) {
        isbn = newIsbn;
        title = newTitle;
        year = newYear;
        author = newAuthor;
    }

    @Nullable
    Long id() {
        return id;
    }

    int version() {
        return version;
    }

    String isbn() {
        return isbn;
    }

    String title() {
        return title;
    }

    int year() {
        return year;
    }

    @Nullable
    Author author() {
        return author;
    }
}
