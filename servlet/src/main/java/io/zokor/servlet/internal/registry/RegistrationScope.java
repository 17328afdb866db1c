package io.zokor.servlet.internal.registry;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;

/** What registrations see of the application that they belong to. */
public interface RegistrationScope {

    /** {@return who may configure what} */
    ApplicationPhase phase();

    /** {@return what servlets and filters are initialised with} */
    ServletContext servletContext();

    /**
     * Makes an object of the application.
     *
     * @throws ServletException if its class cannot be instantiated
     */
    <T> T instantiate(Class<T> type) throws ServletException;
}
