package io.zokor.config;

import org.jspecify.annotations.Nullable;

/**
 * Everything about a server that is not code: limits, names, compression. Immutable; made by {@link #builder()}.
 *
 * @param name what this server is called in thread names, logs and metrics; default {@code main}
 * @param timeouts time limits
 * @param limits other limits, as they are at start
 * @param compression of responses
 * @param serverHeader value of the {@code Server} field of every response, or {@code null} for none, the default
 * @param backlog connections the kernel may hold for a listener before they are accepted; default 1,024
 */
public record ServerConfig(String name, Timeouts timeouts, Limits limits, Compression compression,
        @Nullable String serverHeader, int backlog) {

    private static final ServerConfig DEFAULTS = new ServerConfig("main", Timeouts.defaults(), Limits.defaults(),
            Compression.none(), null, 1024);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public ServerConfig {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a server needs a name");
        }
        if (serverHeader != null && !serverHeader.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
            throw new IllegalArgumentException("server.server-header may hold printable ASCII only");
        }
        Checks.range(backlog, 1, 1_000_000, "zokor.backlog");
    }

    /** {@return the defaults} */
    public static ServerConfig defaults() {
        return DEFAULTS;
    }

    /** {@return a builder that starts from the defaults} */
    public static Builder builder() {
        return DEFAULTS.toBuilder();
    }

    /** {@return a builder that starts from this configuration} */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Collects the values of a {@link ServerConfig}. Not safe for use by several threads. */
    public static final class Builder {

        private String name;
        private Timeouts timeouts;
        private Limits limits;
        private Compression compression;
        private @Nullable String serverHeader;
        private int backlog;

        private Builder(ServerConfig from) {
            this.name = from.name;
            this.timeouts = from.timeouts;
            this.limits = from.limits;
            this.compression = from.compression;
            this.serverHeader = from.serverHeader;
            this.backlog = from.backlog;
        }

        /**
         * Sets the name of the server.
         *
         * @param value not blank
         * @return this
         */
        public Builder name(String value) {
            this.name = value;
            return this;
        }

        /**
         * Sets the time limits.
         *
         * @param value the limits
         * @return this
         */
        public Builder timeouts(Timeouts value) {
            this.timeouts = value;
            return this;
        }

        /**
         * Sets the other limits.
         *
         * @param value the limits
         * @return this
         */
        public Builder limits(Limits value) {
            this.limits = value;
            return this;
        }

        /**
         * Sets what is compressed.
         *
         * @param value the rule
         * @return this
         */
        public Builder compression(Compression value) {
            this.compression = value;
            return this;
        }

        /**
         * Sets the {@code Server} field.
         *
         * @param value its value, or {@code null} for no such field
         * @return this
         */
        public Builder serverHeader(@Nullable String value) {
            this.serverHeader = value;
            return this;
        }

        /**
         * Sets the length of the listeners' backlog.
         *
         * @param value 1 to 1,000,000 connections
         * @return this
         */
        public Builder backlog(int value) {
            this.backlog = value;
            return this;
        }

        /**
         * Builds the configuration.
         *
         * @return the configuration
         * @throws IllegalArgumentException if a value is out of range
         */
        public ServerConfig build() {
            return new ServerConfig(name, timeouts, limits, compression, serverHeader, backlog);
        }
    }
}
