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

import io.zokor.http.AbortHandlerException;
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

    private final ZokorServletContext context;

    /** Context listeners that have been told of the start and so will be told of the end. */
    private final List<EventListeners.ContextListener> toldOfStart = new ArrayList<>();

    /** The temporary directory, where the container has made it itself. */
    private @Nullable Path madeDirectory;

    Lifecycle(ZokorServletContext context) {
        this.context = context;
    }

    /** What a step does. */
    private interface Action {
        void run() throws ServletException;
    }

    private void withClassLoader(Action action) throws ServletException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(context.settings().classLoader());
        try {
            action.run();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    void initialize() throws ServletException {
        if (context.phase() != ContextParts.Phase.NEW) {
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
        if (context.settings().registerDefaultServlet()) {
            registerDefaultServlet();
        }
        registerLastFilter();
        for (Object listener : context.settings().listeners()) {
            context.listeners().add(declared(listener), true);
        }
        context.phase(ContextParts.Phase.INITIALIZERS);
        for (Initializer initializer : context.settings().initializers()) {
            initializer.onStartup(context);
        }
        context.phase(ContextParts.Phase.LISTENERS);
        ServletContextEvent event = new ServletContextEvent(context);
        for (EventListeners.ContextListener listener : List.copyOf(context.listeners().contextListeners())) {
            toldOfStart.add(listener);
            if (listener.declared()) {
                listener.listener().contextInitialized(event);
            } else {
                context.restrict(() -> listener.listener().contextInitialized(event));
            }
        }
        // Made now, by one thread, as all of the configuration that requests read.
        context.sessionCookie();
        context.notFound();
        context.phase(ContextParts.Phase.READY);
        for (FilterHolder filter : context.filterHolders().values()) {
            filter.init();
        }
        FilterHolder last = context.filters().last();
        if (last != null) {
            last.init();
        }
        context.sessions().load();
        context.sessions().start();
    }

    private EventListener declared(Object listener) throws ServletException {
        return switch (listener) {
            case EventListener instance -> instance;
            case Class<?> type -> context.instantiate(type.asSubclass(EventListener.class));
            default -> context.instantiate(context.loadClass((String) listener, EventListener.class));
        };
    }

    private void registerDefaultServlet() {
        ServletRegistration.Dynamic registration = context.addServlet(ServletContainer.DEFAULT_SERVLET,
                new DefaultServlet(context.resources(), context::getMimeType, context.settings().welcomeFiles(),
                        ZokorServletResponse::sendFile));
        if (registration != null) {
            registration.setAsyncSupported(true);
            registration.addMapping("/");
        }
    }

    /** Not among the registrations: the application cannot change it. */
    private void registerLastFilter() {
        Filter filter = context.settings().lastFilter();
        if (filter != null) {
            FilterHolder holder = new FilterHolder(context, filter.getClass().getName());
            holder.complete(filter.getClass(), filter);
            holder.setAsyncSupported(true);
            context.filters().last(holder);
        }
    }

    private void makeTemporaryDirectory() throws ServletException {
        Path directory = context.settings().temporaryDirectory();
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
        context.temporaryDirectory(absolute);
        File file = absolute.toFile();
        context.setAttribute(ServletContext.TEMPDIR, file);
    }

    void start() throws ServletException {
        if (context.phase() != ContextParts.Phase.READY) {
            throw new IllegalStateException("the application is not initialised");
        }
        withClassLoader(() -> {
            List<ServletHolder> servlets = context.servlets().values().stream().filter(s -> s.loadOnStartup() >= 0)
                    .sorted(Comparator.comparingInt(ServletHolder::loadOnStartup)).toList();
            for (ServletHolder servlet : servlets) {
                servlet.servlet();
            }
            context.servlets().values().stream().filter(s -> s.loadOnStartup() < 0).forEach(this::initialiseEarly);
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
        if (context.phase() == ContextParts.Phase.ENDED) {
            return;
        }
        try {
            withClassLoader(this::destroyInOrder);
        } catch (ServletException e) {
            LOGGER.log(Level.WARNING, "the application did not end cleanly", e);
        }
        context.phase(ContextParts.Phase.ENDED);
    }

    private void destroyInOrder() {
        context.asyncCycles().forEach(cycle -> cycle.fail(new AbortHandlerException()));
        for (UpgradedConnection upgraded : context.upgrades()) {
            quietly("an upgraded connection", upgraded::closeNow);
        }
        for (ServletHolder servlet : context.servlets().values()) {
            quietly("servlet " + servlet.getName(), servlet::destroy);
        }
        for (FilterHolder filter : context.filterHolders().values()) {
            quietly("filter " + filter.getName(), filter::destroy);
        }
        FilterHolder last = context.filters().last();
        if (last != null) {
            quietly("filter " + last.getName(), last::destroy);
        }
        // Session listeners are told before context listeners (Servlet 6.1 section 11.3.4).
        quietly("the session store", context.sessions()::save);
        quietly("the sessions", context.sessions()::stop);
        ServletContextEvent event = new ServletContextEvent(context);
        for (EventListeners.ContextListener listener : toldOfStart.reversed()) {
            quietly("a context listener", () -> listener.listener().contextDestroyed(event));
        }
        toldOfStart.clear();
        context.resources().close();
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
