package io.zokor.samples.library;

import java.util.Optional;

import org.springframework.data.jpa.repository.JpaRepository;

/** The authors in the database. */
interface AuthorRepository extends JpaRepository<Author, Long> {

    Optional<Author> findByName(String name);
}
