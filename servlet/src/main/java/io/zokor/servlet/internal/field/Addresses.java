package io.zokor.servlet.internal.field;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Text and numbers of addresses. Stateless; never asks a name server. */
public final class Addresses {

    private Addresses() {
    }

    /** {@return the IP address, without a zone; empty for a Unix domain socket} */
    public static String ip(SocketAddress address) {
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

    public static int port(SocketAddress address) {
        return address instanceof InetSocketAddress inet ? inet.getPort() : 0;
    }
}
