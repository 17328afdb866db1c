package io.zokor.servlet;

import java.io.File;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EventListener;
import java.util.List;

import io.zokor.servlet.internal.registry.ApplicationPhase;
import io.zokor.servlet.internal.registry.EventListeners;
import io.zokor.servlet.internal.registry.FilterHolder;
import io.zokor.servlet.internal.registry.Registry;
import io.zokor.servlet.internal.registry.ServletHolder;
import io.zokor.servlet.internal.registry.ServletPaths;
import io.zokor.servlet.internal.request.Application;
import io.zokor.servlet.internal.request.ZokorServletResponse;
import io.zokor.servlet.resource.DefaultServlet;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.Filter;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;

/**
 * The steps of an application's life (Servlet 6.1 chapters 2, 4 and 11). Used by one thread after the other; the context class
 * loader is the application's during each step.
 */
final class Lifecycle {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.servlet");

    private final Application application;

    private final ContainerSettings.Start settings;

    private final ServletContext context;

    private final ApplicationPhase phase;

    private final Registry registry;

    /** Context listeners that have been told of the start and so will be told of the end. */
    private final List<EventListeners.ContextListener> toldOfStart = new ArrayList<>();

    /** The temporary directory, where the container has made it itself. */
    private @Nullable Path madeDirectory;

    Lifecycle(Application application, ContainerSettings.Start settings) {
        this.application = application;
        this.settings = settings;
        this.context = application.servletContext();
        this.phase = application.phase();
        this.registry = application.registry();
    }

    /** What a step does. */
    private interface Action {
        void run() throws ServletException;
    }

    private void withClassLoader(Action action) throws ServletException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(application.settings().classLoader());
        try {
            action.run();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    void initialize() throws ServletException {
        if (!phase.is(ApplicationPhase.Step.NEW)) {
            throw new IllegalStateException("the application was initialised before");
        }
        try {
            withClassLoader(this::initializeInOrder);
        } catch (ServletException | RuntimeException | Error e) {
            destroy();
            throw e;
        }
    }

    private void initializeInOrder() throws ServletException {
        makeTemporaryDirectory();
        if (settings.defaultServlet()) {
            registerDefaultServlet();
        }
        registerLastFilter();
        for (Object listener : settings.listeners()) {
            registry.listeners().add(declared(listener), true);
        }
        phase.advance(ApplicationPhase.Step.INITIALIZERS);
        for (Initializer initializer : settings.initializers()) {
            initializer.onStartup(context);
        }
        phase.advance(ApplicationPhase.Step.LISTENERS);
        ServletContextEvent event = new ServletContextEvent(context);
        for (EventListeners.ContextListener listener : List.copyOf(registry.listeners().contextListeners())) {
            toldOfStart.add(listener);
            if (listener.declared()) {
                listener.listener().contextInitialized(event);
            } else {
                phase.restrict(() -> listener.listener().contextInitialized(event));
            }
        }
        phase.advance(ApplicationPhase.Step.READY);
        for (FilterHolder filter : registry.filters().values()) {
            filter.init();
        }
        FilterHolder last = registry.filterMappings().last();
        if (last != null) {
            last.init();
        }
        application.sessions().load();
        application.sessions().start();
    }

    private EventListener declared(Object listener) throws ServletException {
        return switch (listener) {
            case EventListener instance -> instance;
            case Class<?> type -> application.instantiate(type.asSubclass(EventListener.class));
            default -> application.instantiate(application.loadClass((String) listener, EventListener.class));
        };
    }

    private void registerDefaultServlet() {
        ServletRegistration.Dynamic registration = context.addServlet(ServletPaths.DEFAULT_SERVLET,
                new DefaultServlet(application.resources(), context::getMimeType,
                        application.settings().resources().welcomeFiles(),
                        ZokorServletResponse::sendFile));
        if (registration != null) {
            registration.setAsyncSupported(true);
            registration.addMapping("/");
        }
    }

    /** Not among the registrations: the application cannot change it. */
    private void registerLastFilter() {
        Filter filter = settings.lastFilter();
        if (filter != null) {
            FilterHolder holder = new FilterHolder(application, registry.filterMappings(), filter.getClass().getName());
            holder.complete(filter.getClass(), filter);
            holder.setAsyncSupported(true);
            registry.filterMappings().last(holder);
        }
    }

    private void makeTemporaryDirectory() throws ServletException {
        Path directory = settings.temporaryDirectory();
        try {
            if (directory == null) {
                directory = Files.createTempDirectory("zokor-");
                madeDirectory = directory;
            } else {
                Files.createDirectories(directory);
            }
        } catch (IOException e) {
            throw new ServletException("the temporary directory cannot be made", e);
        }
        Path absolute = directory.toAbsolutePath();
        application.temporaryDirectory(absolute);
        File file = absolute.toFile();
        context.setAttribute(ServletContext.TEMPDIR, file);
    }

    void start() throws ServletException {
        if (!phase.is(ApplicationPhase.Step.READY)) {
            throw new IllegalStateException("the application is not initialised");
        }
        withClassLoader(() -> {
            List<ServletHolder> servlets = registry.servlets().values().stream().filter(s -> s.loadOnStartup() >= 0)
                    .sorted(Comparator.comparingInt(ServletHolder::loadOnStartup)).toList();
            for (ServletHolder servlet : servlets) {
                servlet.servlet();
            }
            registry.servlets().values().stream().filter(s -> s.loadOnStartup() < 0).forEach(this::initialiseEarly);
        });
    }

    /**
     * Virtual threads that wait for a class initialiser hold their carriers, so that many first requests at once could stop the
     * server: every servlet is initialised before the first request. One that fails is tried again by its first request.
     */
    private void initialiseEarly(ServletHolder servlet) {
        try {
            servlet.servlet();
        } catch (ServletException | RuntimeException e) {
            LOGGER.log(Level.WARNING, "servlet " + servlet.getName() + " could not be initialised", e);
        }
    }

    void destroy() {
        if (phase.is(ApplicationPhase.Step.ENDED)) {
            return;
        }
        try {
            withClassLoader(this::destroyInOrder);
        } catch (ServletException e) {
            LOGGER.log(Level.WARNING, "the application did not end cleanly", e);
        }
        phase.advance(ApplicationPhase.Step.ENDED);
    }

    private void destroyInOrder() {
        quietly("what was still open", application::endOpenWork);
        for (ServletHolder servlet : registry.servlets().values()) {
            quietly("servlet " + servlet.getName(), servlet::destroy);
        }
        for (FilterHolder filter : registry.filters().values()) {
            quietly("filter " + filter.getName(), filter::destroy);
        }
        FilterHolder last = registry.filterMappings().last();
        if (last != null) {
            quietly("filter " + last.getName(), last::destroy);
        }
        // Session listeners are told before context listeners (Servlet 6.1 section 11.3.4).
        quietly("the session store", application.sessions()::save);
        quietly("the sessions", application.sessions()::stop);
        ServletContextEvent event = new ServletContextEvent(context);
        for (EventListeners.ContextListener listener : toldOfStart.reversed()) {
            quietly("a context listener", () -> listener.listener().contextDestroyed(event));
        }
        toldOfStart.clear();
        application.resources().close();
        deleteTemporaryDirectory();
    }

    /** One part that does not end must not keep the others from ending. */
    private static void quietly(String what, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            LOGGER.log(Level.WARNING, what + " did not end cleanly", e);
        }
    }

    private void deleteTemporaryDirectory() {
        Path directory = madeDirectory;
        madeDirectory = null;
        if (directory == null) {
            return;
        }
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                        throws IOException {
                    Files.deleteIfExists(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, "the temporary directory " + directory + " could not be deleted", e);
        }
    }
}
