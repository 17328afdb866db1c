package io.zokor.samples.library;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;

import org.jspecify.annotations.Nullable;

/** Somebody who writes books. Belongs to the persistence context that has read it. */
@Entity
class Author {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private @Nullable Long id;

    @Column(nullable = false, unique = true)
    private String name = "";

    /** For Hibernate. */
    protected Author() {
    }

    Author(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }
}
