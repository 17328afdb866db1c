package io.zokor.spring.autoconfigure;

import java.util.Map;
import java.util.TreeMap;

/**
 * What stands for the properties of Tomcat and Jetty here. Immutable. docs/migrating-from-tomcat.md has the same table in more
 * words.
 */
final class MigrationTable {

    private static final String VIRTUAL = "not needed, each connection has a virtual thread of its own; to bound the work use "
            + "zokor.limits.max-concurrent-requests";
    private static final String ACCESS_LOG = "zokor.access-log.format, written to the logger zokor.access";
    private static final String REMOTE_IP = "server.forward-headers-strategy=native with zokor.trusted-proxies";
    private static final String NONE = "not needed";

    /** Longest prefix counts. */
    private static final TreeMap<String, String> TABLE = new TreeMap<>(Map.ofEntries(
            Map.entry("server.tomcat.accept-count", "zokor.backlog"),
            Map.entry("server.tomcat.accesslog", ACCESS_LOG),
            Map.entry("server.tomcat.accesslog.pattern", "use zokor.access-log.format, whose codes are Apache's"),
            Map.entry("server.tomcat.additional-tld-skip-patterns", "not needed, there is no JSP"),
            Map.entry("server.tomcat.background-processor-delay", NONE),
            Map.entry("server.tomcat.basedir", "java.io.tmpdir"),
            Map.entry("server.tomcat.connection-timeout", "zokor.timeouts.read-header"),
            Map.entry("server.tomcat.keep-alive-timeout", "zokor.timeouts.idle"),
            Map.entry("server.tomcat.max-connections", "zokor.limits.max-connections"),
            Map.entry("server.tomcat.max-http-form-post-size", "zokor.limits.max-form-size"),
            Map.entry("server.tomcat.max-http-response-header-size", "zokor.limits.max-response-header-bytes"),
            Map.entry("server.tomcat.max-keep-alive-requests",
                    "has no counterpart, connections are kept by time alone: "
                            + "zokor.timeouts.idle"),
            Map.entry("server.tomcat.max-parameter-count", "zokor.limits.max-parameters"),
            Map.entry("server.tomcat.max-part-count", "zokor.limits.max-parts"),
            Map.entry("server.tomcat.max-part-header-size", "zokor.limits.max-part-header-size"),
            Map.entry("server.tomcat.max-swallow-size", "zokor.limits.drain"),
            Map.entry("server.tomcat.mbeanregistry.enabled", "has no counterpart, see the metrics zokor.*"),
            Map.entry("server.tomcat.processor-cache", "not needed, nothing is pooled"),
            Map.entry("server.tomcat.redirect-context-root", "not needed, the context root is always redirected"),
            Map.entry("server.tomcat.relaxed-path-chars", "has no counterpart, such requests are refused with 400"),
            Map.entry("server.tomcat.relaxed-query-chars",
                    "not needed for brackets, braces, bar, caret and backquote, others are refused with 400"),
            Map.entry("server.tomcat.remoteip", REMOTE_IP),
            Map.entry("server.tomcat.resource", "zokor.servlet.resource-cache; files in directories are left "
                    + "to the operating system's cache"),
            Map.entry("server.tomcat.threads", VIRTUAL),
            Map.entry("server.tomcat.uri-encoding", "has no counterpart, paths are UTF-8"),
            Map.entry("server.tomcat.use-apr", NONE),
            Map.entry("server.tomcat.use-relative-redirects", "zokor.servlet.relative-redirects"),
            Map.entry("server.jetty.accesslog", ACCESS_LOG),
            Map.entry("server.jetty.connection-idle-timeout", "zokor.timeouts.idle and zokor.timeouts.stall"),
            Map.entry("server.jetty.max-connections", "zokor.limits.max-connections"),
            Map.entry("server.jetty.max-form-keys", "zokor.limits.max-parameters"),
            Map.entry("server.jetty.max-http-form-post-size", "zokor.limits.max-form-size"),
            Map.entry("server.jetty.max-http-response-header-size", "zokor.limits.max-response-header-bytes"),
            Map.entry("server.jetty.threads", VIRTUAL)));

    private MigrationTable() {
    }

    /** {@return what to set instead of a property, or why nothing} */
    static String adviceFor(String property) {
        for (String prefix = property; !prefix.isEmpty(); prefix = parent(prefix)) {
            String advice = TABLE.get(prefix);
            if (advice != null) {
                return advice.startsWith("zokor.") || advice.startsWith("server.") || advice.startsWith("java.")
                        ? "use " + advice
                        : advice;
            }
        }
        return "has no counterpart";
    }

    private static String parent(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(0, dot);
    }
}
