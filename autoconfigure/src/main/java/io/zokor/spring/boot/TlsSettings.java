package io.zokor.spring.boot;

import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

import io.zokor.net.TlsContext;
import io.zokor.net.TlsContexts;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.web.server.Ssl;
import org.springframework.util.StringUtils;

/**
 * The terms of TLS handshakes as Boot's bundles give them: one bundle for most names, others for some. A bundle that changes is
 * taken over for the handshakes that follow; one that cannot be used leaves the old one in place. Handshakes read the volatile
 * field; the lock lets changes follow each other.
 */
final class TlsSettings implements TlsContexts {

    private static final Log logger = LogFactory.getLog(TlsSettings.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final TlsContext.ClientAuth clientAuth;
    /** When the first certificate of each server name's bundle expires; the name is empty for most names. */
    private final Map<String, Instant> expiries = new ConcurrentHashMap<>();
    private volatile Terms terms;

    /**
     * What is in force, with the bundles that it comes from.
     *
     * @param otherwise for most names
     * @param byName for some
     * @param choice both together
     */
    private record Terms(TlsContext otherwise, Map<String, TlsContext> byName, TlsContexts choice) {

        static Terms of(TlsContext otherwise, Map<String, TlsContext> byName) {
            return new Terms(otherwise, Map.copyOf(byName), TlsContexts.of(otherwise, byName));
        }
    }

    /**
     * Makes the terms.
     *
     * @param source the property that the bundle comes from
     */
    TlsSettings(String source, SslBundle bundle, Map<String, SslBundle> byName, Ssl.@Nullable ClientAuth clientAuth) {
        this.clientAuth = Ssl.ClientAuth.map(clientAuth, TlsContext.ClientAuth.NONE, TlsContext.ClientAuth.WANT,
                TlsContext.ClientAuth.NEED);
        Map<String, TlsContext> contexts = new HashMap<>();
        byName.forEach((name, named) -> contexts.put(name, context("server.ssl.server-name-bundles", named)));
        this.terms = Terms.of(context(source, bundle), contexts);
        byName.forEach(this::noteExpiry);
        noteExpiry("", bundle);
    }

    /** Makes the terms of {@code server.ssl}, and follows the changes of its bundles. */
    static TlsSettings from(Ssl ssl, SslBundle bundle, Map<String, SslBundle> byName, @Nullable SslBundles bundles) {
        String name = ssl.getBundle();
        boolean named = StringUtils.hasText(name);
        TlsSettings settings = new TlsSettings(
                named ? "the SSL bundle '" + name + "' (server.ssl.bundle)" : "server.ssl",
                bundle, byName, ssl.getClientAuth());
        if (bundles != null) {
            if (named && name != null) {
                bundles.addBundleUpdateHandler(name, changed -> settings.update(name, null, changed));
            }
            for (Ssl.ServerNameSslBundle entry : ssl.getServerNameBundles()) {
                bundles.addBundleUpdateHandler(entry.bundle(),
                        changed -> settings.update(entry.bundle(), entry.serverName(), changed));
            }
        }
        return settings;
    }

    /** Makes the terms of one named bundle, and follows its changes. */
    static TlsSettings from(String bundleName, String source, SslBundles bundles) {
        TlsSettings settings = new TlsSettings("the SSL bundle '" + bundleName + "' (" + source + ")",
                bundles.getBundle(bundleName), Map.of(), null);
        bundles.addBundleUpdateHandler(bundleName, changed -> settings.update(bundleName, null, changed));
        return settings;
    }

    /** {@return when the first of the certificates expires, or {@code null} where that is not known} */
    @Nullable
    Instant certificateExpiry() {
        return expiries.values().stream().min(Instant::compareTo).orElse(null);
    }

    private void noteExpiry(String name, SslBundle bundle) {
        Instant first = Instant.MAX;
        try {
            KeyStore keyStore = bundle.getStores().getKeyStore();
            List<String> aliases = keyStore == null ? List.of() : Collections.list(keyStore.aliases());
            for (String alias : aliases) {
                if (keyStore != null && keyStore.getCertificate(alias) instanceof X509Certificate certificate) {
                    Instant end = certificate.getNotAfter().toInstant();
                    first = end.isBefore(first) ? end : first;
                }
            }
        } catch (KeyStoreException e) {
            logger.debug("the certificates' expiry is not known", e);
        }
        if (first.equals(Instant.MAX)) {
            expiries.remove(name);
        } else {
            expiries.put(name, first);
        }
    }

    /** {@return whether some names have terms of their own} */
    boolean hasNames() {
        return !terms.byName().isEmpty();
    }

    @Override
    public TlsContext forServerName(@Nullable String serverName) {
        return terms.choice().forServerName(serverName);
    }

    private void update(String bundleName, @Nullable String serverName, SslBundle changed) {
        lock.lock();
        try {
            TlsContext context = context("the SSL bundle '" + bundleName + "'", changed);
            Terms old = terms;
            if (serverName == null) {
                terms = Terms.of(context, old.byName());
            } else {
                Map<String, TlsContext> byName = new HashMap<>(old.byName());
                byName.put(serverName, context);
                terms = Terms.of(old.otherwise(), byName);
            }
            noteExpiry(serverName == null ? "" : serverName, changed);
            logger.info("SSL bundle '" + bundleName + "' has changed; new connections use it");
        } catch (RuntimeException e) {
            logger.warn("SSL bundle '" + bundleName + "' has changed but cannot be used; the old one stays in use", e);
        } finally {
            lock.unlock();
        }
    }

    private TlsContext context(String source, SslBundle bundle) {
        try {
            KeyStore keyStore = bundle.getStores().getKeyStore();
            if (bundle.getKey() != null && keyStore != null) {
                bundle.getKey().assertContainsAlias(keyStore);
            }
            KeyMaterial.check(bundle);
            SslOptions options = bundle.getOptions();
            return new TlsContext(bundle.createSslContext(), list(options.getEnabledProtocols()),
                    list(options.getCiphers()), clientAuth);
        } catch (RuntimeException e) {
            throw new TlsSetupException(source, e);
        }
    }

    private static @Nullable List<String> list(String @Nullable [] values) {
        return values == null ? null : List.of(values);
    }
}
