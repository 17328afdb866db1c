package io.zokor.spring.boot.servlet;

import java.io.File;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Supplier;

import io.zokor.config.Limits;
import io.zokor.servlet.ServletContainer;
import io.zokor.servlet.ServletContainerBuilder;
import io.zokor.spring.boot.Deployment;
import io.zokor.spring.boot.TemporaryDirectories;
import io.zokor.spring.boot.ZokorWebServerFactory;
import io.zokor.websocket.WebSocketOptions;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.error.ErrorPage;
import org.springframework.boot.web.server.Cookie.SameSite;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.servlet.ConfigurableServletWebServerFactory;
import org.springframework.boot.web.server.servlet.ContextPath;
import org.springframework.boot.web.server.servlet.CookieSameSiteSupplier;
import org.springframework.boot.web.server.servlet.DocumentRoot;
import org.springframework.boot.web.server.servlet.Jsp;
import org.springframework.boot.web.server.servlet.ServletContextInitializers;
import org.springframework.boot.web.server.servlet.ServletWebServerSettings;
import org.springframework.boot.web.server.servlet.Session;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.context.ResourceLoaderAware;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.ClassUtils;
import org.springframework.util.unit.DataSize;

import jakarta.servlet.http.Cookie;

/** Makes servers that run servlet applications. Used by one thread at a time. */
public final class ZokorServletWebServerFactory extends ZokorWebServerFactory
        implements ConfigurableServletWebServerFactory, ResourceLoaderAware {

    private static final Log logger = LogFactory.getLog(ZokorServletWebServerFactory.class);

    private final ServletWebServerSettings settings = new ServletWebServerSettings();
    private @Nullable ResourceLoader resourceLoader;
    private boolean relativeRedirects;
    private @Nullable BiConsumer<ServletContainerBuilder, WebSocketOptions> webSocketContainer;
    private long resourceCacheBytes = DataSize.ofMegabytes(10).toBytes();

    /** Makes a factory of servers on port 8080 with the root as context path. */
    public ZokorServletWebServerFactory() {
    }

    /**
     * Makes a factory of servers with the root as context path.
     *
     * @param port port of the servers, 0 for any free one, -1 for none
     */
    public ZokorServletWebServerFactory(int port) {
        super(port);
    }

    /**
     * Makes a factory.
     *
     * @param contextPath the context path, empty for the root
     * @param port port of the servers, 0 for any free one, -1 for none
     */
    public ZokorServletWebServerFactory(String contextPath, int port) {
        super(port);
        settings.setContextPath(ContextPath.of(contextPath));
    }

    @Override
    public ServletWebServerSettings getSettings() {
        return settings;
    }

    @Override
    public void setResourceLoader(ResourceLoader resourceLoader) {
        this.resourceLoader = resourceLoader;
    }

    /**
     * Sets whether {@code sendRedirect} leaves scheme and host out where the application did.
     *
     * @param relative whether it does; by default it does not
     */
    public void setRelativeRedirects(boolean relative) {
        this.relativeRedirects = relative;
    }

    /**
     * Sets what gives each container its WebSocket container, before any initializer of the application runs.
     *
     * @param container gets the container to be and what holds for sessions; {@code null}, the default, for no WebSocket container
     */
    public void setWebSocketContainer(@Nullable BiConsumer<ServletContainerBuilder, WebSocketOptions> container) {
        this.webSocketContainer = container;
    }

    /**
     * Sets how many bytes of static files in archives are kept in memory.
     *
     * @param bytes 0 for none; by default 10 MB
     * @throws IllegalArgumentException if the number is negative
     */
    public void setResourceCacheBytes(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("the size of the resource cache must not be negative, but is " + bytes);
        }
        this.resourceCacheBytes = bytes;
    }

    @Override
    public WebServer getWebServer(ServletContextInitializer... initializers) {
        warnOfJsp();
        TemporaryDirectories temporary = new TemporaryDirectories(getPort());
        ClassLoader classLoader = classLoader();
        BiFunction<Supplier<Limits>, WebSocketOptions, Deployment> deployment = (limits,
                webSockets) -> new ServletDeployment(
                        settings.getContextPath().toString(),
                        container(limits, webSockets, classLoader, temporary, initializers));
        try {
            return createWebServer(deployment, temporary, classLoader);
        } catch (RuntimeException e) {
            temporary.delete();
            throw e;
        }
    }

    private ClassLoader classLoader() {
        ClassLoader loader = resourceLoader == null ? null : resourceLoader.getClassLoader();
        if (loader == null) {
            loader = ClassUtils.getDefaultClassLoader();
        }
        return loader == null ? ClassLoader.getSystemClassLoader() : loader;
    }

    private ServletContainer container(Supplier<Limits> limits, WebSocketOptions webSockets, ClassLoader classLoader,
            TemporaryDirectories temporary,
            ServletContextInitializer... initializers) {
        ServletContainerBuilder builder = ServletContainer.builder().contextPath(settings.getContextPath().toString())
                .classLoader(classLoader).limits(limits).documentRoot(documentRoot(temporary))
                .resourceUrls(settings.getStaticResourceUrls()).temporaryDirectory(temporary.create("zokor"))
                .mimeTypes(extension -> settings.getMimeMappings().get(extension))
                .localeEncodings(localeEncodings()).usualLocaleEncodings(false)
                .registerDefaultServlet(settings.isRegisterDefaultServlet())
                .preserveEncodedSlash(isPreserveEncodedSlash()).relativeRedirects(relativeRedirects)
                .resourceCacheBytes(resourceCacheBytes);
        String displayName = settings.getDisplayName();
        if (displayName != null) {
            builder.displayName(displayName);
        }
        getErrorPages().forEach(page -> addErrorPage(builder, page));
        settings.getWebListenerClassNames().forEach(builder::listenerClassName);
        if (webSocketContainer != null) {
            webSocketContainer.accept(builder, webSockets);
        }
        for (ServletContextInitializer initializer : ServletContextInitializers.from(settings, initializers)) {
            builder.initializer(initializer::onStartup);
        }
        addSession(builder);
        return builder.build();
    }

    /** UTF-8 for these three unless the application says otherwise, as with Boot's other servers; no other locale has one. */
    private Map<Locale, Charset> localeEncodings() {
        Map<Locale, Charset> encodings = new HashMap<>();
        for (Locale locale : List.of(Locale.ENGLISH, Locale.FRENCH, Locale.JAPANESE)) {
            encodings.put(locale, StandardCharsets.UTF_8);
        }
        encodings.putAll(settings.getLocaleCharsetMappings());
        return encodings;
    }

    /** There is always one: {@code getResource("/")} answers something, and then nobody falls back on the working directory. */
    private Path documentRoot(TemporaryDirectories temporary) {
        DocumentRoot documentRoot = new DocumentRoot(logger);
        documentRoot.setDirectory(settings.getDocumentRoot());
        File directory = documentRoot.getValidDirectory();
        return directory == null ? temporary.create("zokor-docbase") : directory.getAbsoluteFile().toPath();
    }

    private static void addErrorPage(ServletContainerBuilder builder, ErrorPage page) {
        Class<? extends Throwable> exception = page.getException();
        if (exception != null) {
            builder.errorPage(exception, page.getPath());
        } else if (page.isGlobal()) {
            builder.errorPage(page.getPath());
        } else {
            builder.errorPage(page.getStatusCode(), page.getPath());
        }
    }

    private void addSession(ServletContainerBuilder builder) {
        Session session = settings.getSession();
        builder.sessionTimeout(session.getTimeout());
        if (session.isPersistent()) {
            builder.sessionStore(session.getSessionStoreDirectory().getValidDirectory(true).toPath());
        }
        SameSite sameSite = session.getCookie().getSameSite();
        if (sameSite != null) {
            String value = sameSite.attributeValue();
            // Empty, not null: OMITTED also keeps the suppliers away from the session cookie.
            builder.sessionCookieSameSite(value == null ? "" : value);
        }
        List<? extends CookieSameSiteSupplier> suppliers = List.copyOf(settings.getCookieSameSiteSuppliers());
        if (!suppliers.isEmpty()) {
            builder.cookieSameSite(cookie -> sameSite(suppliers, cookie));
        }
    }

    private static @Nullable String sameSite(List<? extends CookieSameSiteSupplier> suppliers, Cookie cookie) {
        for (CookieSameSiteSupplier supplier : suppliers) {
            SameSite sameSite = supplier.getSameSite(cookie);
            if (sameSite != null) {
                return sameSite.attributeValue();
            }
        }
        return null;
    }

    private void warnOfJsp() {
        Jsp jsp = settings.getJsp();
        if (jsp != null && jsp.getRegistered() && ClassUtils.isPresent(jsp.getClassName(), classLoader())) {
            logger.warn("JSP is not supported by Zokor: " + jsp.getClassName() + " is on the class path but is not"
                    + " registered; remove it, or set server.servlet.jsp.registered=false");
        }
    }
}
