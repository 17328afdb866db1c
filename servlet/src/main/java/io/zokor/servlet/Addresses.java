package io.zokor.servlet;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Text and numbers of addresses, and hosts with ports. Stateless; never asks a name server. */
final class Addresses {

    private Addresses() {
    }

    /** {@return the IP address, without a zone; empty for a Unix domain socket} */
    static String ip(SocketAddress address) {
        if (!(address instanceof InetSocketAddress inet)) {
            return "";
        }
        InetAddress ip = inet.getAddress();
        if (ip == null) {
            return inet.getHostString();
        }
        String text = ip.getHostAddress();
        int zone = ip instanceof Inet6Address ? text.indexOf('%') : -1;
        return zone < 0 ? text : text.substring(0, zone);
    }

    static int port(SocketAddress address) {
        return address instanceof InetSocketAddress inet ? inet.getPort() : 0;
    }

    /** {@return the host of an authority, an IPv6 address with its brackets} */
    static String hostOf(String authority) {
        int colon = portColon(authority);
        return colon < 0 ? authority : authority.substring(0, colon);
    }

    /** {@return the port of an authority, or -1 where it has none} */
    static int portOf(String authority) {
        int colon = portColon(authority);
        if (colon < 0 || colon + 1 == authority.length()) {
            return -1;
        }
        try {
            return Integer.parseInt(authority, colon + 1, authority.length(), 10);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static int portColon(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? colon : -1;
    }
}
