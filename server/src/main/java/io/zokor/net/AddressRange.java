package io.zokor.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Collection;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A range of IP addresses in CIDR notation (RFC 4632 section 3.1, RFC 4291 section 2.3), such as {@code 10.0.0.0/8} or
 * {@code 2001:db8::/32}. An IPv4-mapped IPv6 address is the IPv4 address it stands for, in ranges and in what is compared.
 * Immutable.
 */
public final class AddressRange {

    private static final Pattern V4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    private static final Pattern PREFIX = Pattern.compile("0|[1-9]\\d{0,2}");

    private static final int CLIENT_PREFIX_V6 = 64;

    /** 4 or 16 bytes, those beyond the prefix zero. */
    private final byte[] network;

    private final int prefix;

    private AddressRange(byte[] network, int prefix) {
        this.network = network;
        this.prefix = prefix;
    }

    /**
     * Parses a range. Names are not looked up.
     *
     * @param text an address and {@code /} and the length of its prefix in bits, or an address alone
     * @return the range
     * @throws IllegalArgumentException if it is no such text, or the address has bits set beyond the prefix; the message says
     *         what to write
     */
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        byte[] written = bytes(literal(address, text));
        int bits = written.length * 8;
        if (slash < 0) {
            return new AddressRange(written, bits);
        }
        int prefix = prefix(text.substring(slash + 1), text);
        boolean mapped = written.length == 4 && address.indexOf(':') >= 0;
        int most = mapped ? 128 : bits;
        int least = mapped ? 96 : 0;
        if (prefix < least || prefix > most) {
            throw new IllegalArgumentException(
                    "'" + text + "': the length of the prefix must be " + least + " to " + most);
        }
        prefix -= least;
        byte[] network = masked(written, prefix);
        AddressRange range = new AddressRange(network, prefix);
        if (!Arrays.equals(network, written)) {
            throw new IllegalArgumentException("'" + text + "' has bits set beyond its prefix; write " + range);
        }
        return range;
    }

    /**
     * The addresses that one client may be expected to have: an IPv4 address alone, of an IPv6 address the first 64 bits, as a host
     * chooses the others itself (RFC 4291 section 2.5.1).
     *
     * @param address the client's address
     * @return the range, or {@code null} for an address that is not of IP, or unresolved
     */
    public static @Nullable AddressRange ofClient(SocketAddress address) {
        if (!(address instanceof InetSocketAddress socket) || socket.isUnresolved()) {
            return null;
        }
        byte[] bytes = bytes(socket.getAddress());
        int prefix = bytes.length == 4 ? 32 : CLIENT_PREFIX_V6;
        return new AddressRange(masked(bytes, prefix), prefix);
    }

    /**
     * Tells whether an address is in the range.
     *
     * @param address the address
     * @return whether it is; an IPv4 address is in no IPv6 range
     */
    public boolean contains(InetAddress address) {
        byte[] other = bytes(address);
        return other.length == network.length && Arrays.equals(masked(other, prefix), network);
    }

    /**
     * Tells whether a socket address is in one of several ranges.
     *
     * @param ranges the ranges
     * @param address the address
     * @return whether it is; never for addresses that are not of IP, or unresolved
     */
    public static boolean anyContains(Collection<AddressRange> ranges, SocketAddress address) {
        if (!(address instanceof InetSocketAddress socket) || socket.isUnresolved()) {
            return false;
        }
        return ranges.stream().anyMatch(range -> range.contains(socket.getAddress()));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressRange range && prefix == range.prefix && Arrays.equals(network, range.network);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(network) + prefix;
    }

    /** {@return the range in CIDR notation} */
    @Override
    public String toString() {
        try {
            return InetAddress.getByAddress(network).getHostAddress() + "/" + prefix;
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + network.length + " bytes", e);
        }
    }

    private static InetAddress literal(String address, String text) {
        // The JDK's parser takes more than is meant here: 10.1 and 167772161 for IPv4, brackets and zones for IPv6.
        boolean plain = address.indexOf(':') < 0
                ? V4.matcher(address).matches()
                : address.chars().noneMatch(c -> c == '[' || c == '%');
        if (plain) {
            try {
                return InetAddress.ofLiteral(address);
            } catch (IllegalArgumentException e) {
                throw notAnAddress(text, e);
            }
        }
        throw notAnAddress(text, null);
    }

    private static IllegalArgumentException notAnAddress(String text,
            @Nullable IllegalArgumentException cause) {
        return new IllegalArgumentException("'" + text
                + "' is not an IP address or range; write for example 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32", cause);
    }

    private static int prefix(String digits, String text) {
        if (!PREFIX.matcher(digits).matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "': a number must follow the '/', the length of the prefix");
        }
        return Integer.parseInt(digits);
    }

    private static byte[] bytes(InetAddress address) {
        byte[] raw = address.getAddress();
        if (raw.length == 4) {
            return raw;
        }
        for (int i = 0; i < 10; i++) {
            if (raw[i] != 0) {
                return raw;
            }
        }
        return raw[10] == (byte) 0xff && raw[11] == (byte) 0xff ? Arrays.copyOfRange(raw, 12, 16) : raw;
    }

    private static byte[] masked(byte[] address, int prefix) {
        byte[] result = new byte[address.length];
        int whole = prefix / 8;
        System.arraycopy(address, 0, result, 0, whole);
        if (prefix % 8 != 0) {
            result[whole] = (byte) (address[whole] & 0xff << 8 - prefix % 8);
        }
        return result;
    }
}
