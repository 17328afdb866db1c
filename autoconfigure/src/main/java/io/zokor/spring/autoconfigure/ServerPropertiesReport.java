package io.zokor.spring.autoconfigure;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;

/** Says which properties of other servers are set and what stands for them here, in one warning. Used once, by one thread. */
final class ServerPropertiesReport {

    private static final Log logger = LogFactory.getLog(ServerPropertiesReport.class);

    private static final Set<ConfigurationPropertyName> FOREIGN = Set.of(ConfigurationPropertyName.of("server.tomcat"),
            ConfigurationPropertyName.of("server.jetty"));

    private final Environment environment;

    ServerPropertiesReport(Environment environment) {
        this.environment = environment;
    }

    void log() {
        Set<String> foreign = foreignProperties();
        if (!foreign.isEmpty()) {
            logger.warn(foreign.stream().map(name -> "    " + name + ": " + MigrationTable.adviceFor(name))
                    .collect(Collectors.joining("\n", "Zokor does not read properties of other servers:\n", "")));
        }
    }

    private Set<String> foreignProperties() {
        Set<String> names = new TreeSet<>();
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source instanceof IterableConfigurationPropertySource iterable) {
                iterable.stream().filter(name -> FOREIGN.stream().anyMatch(prefix -> prefix.isAncestorOf(name)))
                        .forEach(name -> names.add(name.toString()));
            }
        }
        return names;
    }
}
