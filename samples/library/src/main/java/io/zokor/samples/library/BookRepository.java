package io.zokor.samples.library;

import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;
import org.springframework.data.jpa.repository.JpaRepository;

/** The books in the database. */
interface BookRepository extends JpaRepository<Book, Long> {

    Page<Book> findByAuthorNameContainingIgnoreCase(String author, Pageable page);
}
