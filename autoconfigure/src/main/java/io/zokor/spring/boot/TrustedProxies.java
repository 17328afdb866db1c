package io.zokor.spring.boot;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

import io.zokor.http.Authority;
import io.zokor.http.ClientAddresses;
import io.zokor.http.Request;
import io.zokor.net.AddressRange;

import org.jspecify.annotations.Nullable;

/**
 * Reads client, scheme, host and port from {@code X-Forwarded-For}, {@code -Proto}, {@code -Host} and {@code -Port}, or from
 * {@code Forwarded} (RFC 7239), as far as trusted proxies have written them. Immutable.
 *
 * <p>
 * Each proxy adds to the right what it saw, so the lists are read from the right: the client is the first address that is no
 * trusted proxy, and of the other fields that value counts which the outermost trusted proxy wrote. What stands further left
 * came from the client and is never believed. Only one kind of field is read: a proxy that writes one usually lets the other
 * pass as the client sent it.
 */
final class TrustedProxies implements ClientAddresses {

    private static final Pattern V4 = Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}");
    /** RFC 7239 section 6.2. */
    private static final Pattern OBFUSCATED_PORT = Pattern.compile("_[A-Za-z0-9._-]+");
    private static final Pattern HOST = Pattern.compile("(?:[A-Za-z0-9._~-]+|\\[[0-9A-Fa-f:.]+])(?::\\d{1,5})?");

    private final List<AddressRange> ranges;
    private final ForwardedFields fields;

    TrustedProxies(List<AddressRange> ranges, ForwardedFields fields) {
        this.ranges = List.copyOf(ranges);
        this.fields = fields;
    }

    @Override
    public SocketAddress clientOf(Request request) {
        SocketAddress peer = request.connection().remoteAddress();
        Forwarded forwarded = isProxy(peer) ? forwarded(request) : null;
        return forwarded == null ? peer : forwarded.client();
    }

    /** Who may connect to a Unix domain socket, the permissions of its file say. */
    @Override
    public boolean isProxy(SocketAddress address) {
        return !(address instanceof InetSocketAddress) || AddressRange.anyContains(ranges, address);
    }

    /** {@return what a trusted peer says of a request, or {@code null} where that cannot be read} */
    @Nullable
    Forwarded forwarded(Request request) {
        SocketAddress peer = request.connection().remoteAddress();
        return switch (fields) {
            case X_FORWARDED -> ofSeparateFields(request, peer);
            case RFC_7239 -> ofOneField(request, peer);
        };
    }

    /** Reads the lines from the last one on: what a client has sent on a line of its own does no harm. */
    private @Nullable Forwarded ofOneField(Request request, SocketAddress peer) {
        SocketAddress client = peer;
        ForwardedField.Element outermost = null;
        for (String line : request.headers().all("Forwarded").reversed()) {
            List<ForwardedField.Element> elements = ForwardedField.parse(line);
            if (elements == null) {
                return null;
            }
            for (ForwardedField.Element element : elements.reversed()) {
                outermost = element;
                String name = element.client();
                InetSocketAddress next = name == null ? null : address(name);
                if (next == null || !isProxy(next)) {
                    return forwarded(request, next == null ? client : next, element);
                }
                client = next;
            }
        }
        return forwarded(request, client, outermost);
    }

    private static Forwarded forwarded(Request request, SocketAddress client,
            ForwardedField.@Nullable Element outermost) {
        return outermost == null
                ? new Forwarded(client, request.scheme(), request.host())
                : forwarded(request, client, outermost.proto(), outermost.host(), null);
    }

    private Forwarded ofSeparateFields(Request request, SocketAddress peer) {
        List<String> addresses = values(request, "X-Forwarded-For");
        SocketAddress client = peer;
        int proxies = 1;
        for (int i = addresses.size() - 1; i >= 0; i--) {
            InetSocketAddress next = address(addresses.get(i));
            if (next == null) {
                break;
            }
            client = next;
            if (!isProxy(next)) {
                break;
            }
            proxies++;
        }
        return forwarded(request, client, written(values(request, "X-Forwarded-Proto"), proxies),
                written(values(request, "X-Forwarded-Host"), proxies),
                written(values(request, "X-Forwarded-Port"), proxies));
    }

    /**
     * A proxy that says the scheme and neither host nor port has handed its client's Host on or put this server's in its place; what
     * port stands there is at best that of the other scheme. So where the scheme differs, the port is the scheme's own, as in Tomcat.
     */
    private static Forwarded forwarded(Request request, SocketAddress client, @Nullable String proto,
            @Nullable String forwardedHost, @Nullable String port) {
        String scheme = scheme(proto, request.scheme());
        String host = host(forwardedHost, "");
        if (host.isEmpty()) {
            host = scheme.equals(request.scheme()) ? request.host() : Authority.of(request.host()).host();
        }
        return new Forwarded(client, scheme, withPort(host, port, scheme));
    }

    private static List<String> values(Request request, String field) {
        List<String> values = new ArrayList<>();
        for (String line : request.headers().all(field)) {
            for (String value : line.split(",", -1)) {
                // RFC 9110 section 5.6.1.2: elements of a list may be empty, and do not count.
                if (!value.isBlank()) {
                    values.add(value.strip());
                }
            }
        }
        return values;
    }

    /** What the outermost of the trusted proxies wrote; a proxy that replaces the field instead of adding to it leaves fewer. */
    private static @Nullable String written(List<String> values, int proxies) {
        return values.isEmpty() ? null : values.get(Math.max(0, values.size() - proxies));
    }

    private static String scheme(@Nullable String forwarded, String otherwise) {
        if (forwarded == null) {
            return otherwise;
        }
        String lower = forwarded.toLowerCase(Locale.ROOT);
        return lower.equals("https") || lower.equals("http") ? lower : otherwise;
    }

    private static String host(@Nullable String forwarded, String otherwise) {
        return forwarded != null && HOST.matcher(forwarded).matches() ? forwarded : otherwise;
    }

    private static String withPort(String host, @Nullable String port, String scheme) {
        if (port == null || host.isEmpty() || !port.matches("[1-9]\\d{0,4}") || Integer.parseInt(port) > 65_535) {
            return host;
        }
        int number = Integer.parseInt(port);
        boolean ofScheme = number == (scheme.equals("https") ? 443 : 80);
        return Authority.of(host).withPort(ofScheme ? Authority.NO_PORT : number).toString();
    }

    /** {@return the address that a value names, with its port or 0, or {@code null} for anything else} */
    static @Nullable InetSocketAddress address(String value) {
        String address = value;
        String port = "0";
        if (value.startsWith("[")) {
            int end = value.indexOf(']');
            if (end < 0) {
                return null;
            }
            address = value.substring(1, end);
            if (value.length() > end + 1) {
                port = value.charAt(end + 1) == ':' ? value.substring(end + 2) : "";
            }
        } else if (value.indexOf(':') == value.lastIndexOf(':') && value.indexOf(':') > 0) {
            address = value.substring(0, value.indexOf(':'));
            port = value.substring(value.indexOf(':') + 1);
        }
        if (OBFUSCATED_PORT.matcher(port).matches()) {
            port = "0";
        }
        boolean literal = address.indexOf(':') >= 0 ? address.indexOf('%') < 0 : V4.matcher(address).matches();
        if (!literal || !port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535) {
            return null;
        }
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(address), Integer.parseInt(port));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /**
     * What the proxies say.
     *
     * @param client the client's address
     * @param scheme {@code http} or {@code https}
     * @param host host and port
     */
    record Forwarded(SocketAddress client, String scheme, String host) {
    }
}
