package io.zokor.servlet;

import java.nio.file.Path;
import java.util.List;

import io.zokor.servlet.internal.request.ApplicationSettings;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.Filter;

/**
 * What {@link ServletContainerBuilder} collects; its setters say what each means. Immutable.
 *
 * @param application what the application is made of
 * @param errorPages its error pages
 * @param start what its start does
 */
record ContainerSettings(ApplicationSettings application, List<ErrorPage> errorPages, Start start) {

    /**
     * What the start of an application does.
     *
     * @param initializers run first
     * @param listeners instances, classes or names of classes of declared listeners
     * @param lastFilter comes behind all filters of the application, or {@code null}
     * @param defaultServlet whether the servlet for static files is registered
     * @param temporaryDirectory the temporary directory, or {@code null} to make one
     */
    record Start(List<Initializer> initializers, List<Object> listeners, @Nullable Filter lastFilter,
            boolean defaultServlet,
            @Nullable Path temporaryDirectory) {
    }
}
