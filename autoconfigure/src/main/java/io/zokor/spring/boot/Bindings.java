package io.zokor.spring.boot;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.List;

import io.zokor.net.AddressRange;
import io.zokor.net.Listener;
import io.zokor.net.ProxyProtocolListener;
import io.zokor.net.TlsListener;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.util.Assert;

/** Makes the bindings of a server from its settings. Used once, by one thread. */
final class Bindings {

    private final List<AddressRange> trustedProxies;
    private final @Nullable SslBundles bundles;
    private final List<Binding> bindings = new ArrayList<>();

    Bindings(List<AddressRange> trustedProxies, @Nullable SslBundles bundles) {
        this.trustedProxies = trustedProxies;
        this.bundles = bundles;
    }

    /** Adds the main one. */
    void add(@Nullable InetAddress address, int port, @Nullable TlsSettings tls, boolean proxyProtocol) {
        bindings.add(binding(inet(address, port), tls, proxyProtocol, false));
    }

    void add(ListenerSettings settings, boolean mainHasTls) {
        if (settings.redirectToHttps() && !mainHasTls) {
            throw new IllegalArgumentException(
                    "zokor.listeners[].redirect-to-https needs TLS on the main port: set server.ssl.*");
        }
        String bundle = settings.sslBundle();
        TlsSettings tls = null;
        if (bundle != null) {
            Assert.state(bundles != null,
                    () -> "SSL bundle '" + bundle + "' was requested but no SslBundles instance was provided");
            tls = TlsSettings.from(bundle, "zokor.listeners[].ssl-bundle", bundles);
        }
        bindings.add(binding(address(settings), tls, settings.proxyProtocol(), settings.redirectToHttps()));
    }

    private static SocketAddress address(ListenerSettings settings) {
        if (settings.unixSocket() != null) {
            return UnixDomainSocketAddress.of(settings.unixSocket());
        }
        Integer port = settings.port();
        return inet(settings.address(), port == null ? 0 : port);
    }

    private static SocketAddress inet(@Nullable InetAddress address, int port) {
        return address == null ? new InetSocketAddress(port) : new InetSocketAddress(address, port);
    }

    private Binding binding(SocketAddress address, @Nullable TlsSettings tls, boolean proxyProtocol,
            boolean redirect) {
        Binding.Layers layers = (listener, applicationProtocols) -> {
            // The PROXY protocol header comes before TLS.
            Listener announced = proxyProtocol ? new ProxyProtocolListener(listener, trustedProxies) : listener;
            return tls == null ? announced : new TlsListener(announced, tls, applicationProtocols);
        };
        return new Binding(address, tls == null ? "http" : "https", redirect, layers);
    }

    List<Binding> toList() {
        return List.copyOf(bindings);
    }
}
