package io.zokor.servlet.internal.registry;

import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletSecurityElement;
import jakarta.servlet.UnavailableException;
import jakarta.servlet.annotation.MultipartConfig;
import jakarta.servlet.annotation.ServletSecurity;

/**
 * A servlet with its registration and life (Servlet 6.1 section 2.3). The registration belongs to the thread that starts the
 * context; the life is guarded by {@link #lifeLock}.
 */
public final class ServletHolder extends Registered<Servlet> implements ServletRegistration.Dynamic {

    private int loadOnStartup = -1;

    private @Nullable MultipartConfigElement multipart;

    private @Nullable SecurityConstraint security;

    private @Nullable String runAsRole;

    private final ReentrantLock lifeLock = new ReentrantLock();

    /** The servlet in service; written under the lock. */
    private volatile @Nullable Servlet inService;

    /** {@code null} while the servlet is available, or the reason it is not; written under the lock. */
    private volatile @Nullable UnavailableException unavailable;

    /** {@link System#nanoTime()} when a temporary unavailability ends. */
    private volatile long unavailableUntil;

    private final ServletPaths paths;

    ServletHolder(RegistrationScope scope, ServletPaths paths, String name) {
        super(scope, name);
        this.paths = paths;
    }

    /** The annotations of the class count until the registration says otherwise (Servlet 6.1 section 4.4.4). */
    @Override
    public void complete(Class<? extends Servlet> servletType, @Nullable Servlet instance) {
        super.complete(servletType, instance);
        MultipartConfig annotation = servletType.getAnnotation(MultipartConfig.class);
        if (annotation != null) {
            multipart = new MultipartConfigElement(annotation);
        }
        ServletSecurity constraint = servletType.getAnnotation(ServletSecurity.class);
        if (constraint != null) {
            security = new SecurityConstraint(new ServletSecurityElement(constraint));
        }
    }

    @Override
    public Set<String> addMapping(String... urlPatterns) {
        checkNames(urlPatterns, "URL patterns");
        checkNotInitialized();
        return paths.add(this, new LinkedHashSet<>(List.of(urlPatterns)));
    }

    @Override
    public Collection<String> getMappings() {
        return paths.of(this);
    }

    @Override
    public @Nullable String getRunAsRole() {
        return runAsRole;
    }

    @Override
    public void setRunAsRole(@Nullable String roleName) {
        if (roleName == null) {
            throw new IllegalArgumentException("no role given");
        }
        checkNotInitialized();
        runAsRole = roleName;
    }

    public int loadOnStartup() {
        return loadOnStartup;
    }

    @Override
    public void setLoadOnStartup(int loadOnStartup) {
        checkNotInitialized();
        this.loadOnStartup = loadOnStartup;
    }

    /**
     * Replaces what an annotation of the class says. There are no descriptors, so no URL pattern has a constraint that would stay
     * as it is.
     */
    @Override
    public Set<String> setServletSecurity(@Nullable ServletSecurityElement constraint) {
        if (constraint == null) {
            throw new IllegalArgumentException("no constraint given");
        }
        checkNotInitialized();
        security = new SecurityConstraint(constraint);
        return Set.of();
    }

    /** {@return whether a request that a client sent may reach the servlet} */
    public boolean permits(String method, boolean secure) {
        SecurityConstraint constraint = security;
        return constraint == null || constraint.permits(method, secure);
    }

    @Override
    public void setMultipartConfig(@Nullable MultipartConfigElement multipartConfig) {
        if (multipartConfig == null) {
            throw new IllegalArgumentException("no multipart configuration given");
        }
        checkNotInitialized();
        multipart = multipartConfig;
    }

    @Nullable
    public MultipartConfigElement multipart() {
        return multipart;
    }

    /** Initialises the servlet if it is not in service. */
    public Servlet servlet() throws ServletException {
        Servlet servlet = inService;
        if (servlet != null && unavailable == null) {
            return servlet;
        }
        lifeLock.lock();
        try {
            checkAvailableLocked();
            if (inService == null) {
                inService = initLocked();
            }
            return inService;
        } finally {
            lifeLock.unlock();
        }
    }

    private void checkAvailableLocked() throws UnavailableException {
        UnavailableException reason = unavailable;
        if (reason == null) {
            return;
        }
        long left = unavailableUntil - System.nanoTime();
        if (reason.isPermanent()) {
            throw new UnavailableException("servlet " + getName() + " is permanently unavailable");
        }
        if (left > 0) {
            throw new UnavailableException("servlet " + getName() + " is unavailable",
                    (int) Math.max(1, TimeUnit.NANOSECONDS.toSeconds(left)));
        }
        unavailable = null;
    }

    private Servlet initLocked() throws ServletException {
        Servlet servlet = instance();
        try {
            servlet.init(config());
        } catch (UnavailableException e) {
            markLocked(e);
            throw e;
        }
        return servlet;
    }

    private void markLocked(UnavailableException e) {
        unavailable = e;
        unavailableUntil = System.nanoTime() + TimeUnit.SECONDS.toNanos(Math.max(0, e.getUnavailableSeconds()));
    }

    /** Serves one dispatch. */
    public void service(ServletRequest request, ServletResponse response) throws ServletException, IOException {
        Servlet servlet = servlet();
        try {
            servlet.service(request, response);
        } catch (UnavailableException e) {
            withdraw(servlet, e);
            throw e;
        }
    }

    /** Takes a servlet out of service that says it cannot serve; for good, it is destroyed as well (section 2.3.3.2). */
    private void withdraw(Servlet servlet, UnavailableException reason) {
        lifeLock.lock();
        try {
            if (inService != servlet) {
                return;
            }
            markLocked(reason);
            if (reason.isPermanent()) {
                inService = null;
                servlet.destroy();
            }
        } finally {
            lifeLock.unlock();
        }
    }

    public void destroy() {
        lifeLock.lock();
        try {
            Servlet servlet = inService;
            inService = null;
            if (servlet != null) {
                servlet.destroy();
            }
        } finally {
            lifeLock.unlock();
        }
    }
}
