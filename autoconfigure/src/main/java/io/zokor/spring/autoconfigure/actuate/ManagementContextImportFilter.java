package io.zokor.spring.autoconfigure.actuate;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * With the modules of Tomcat and Jetty both on the class path, no application with a management port of its own starts, whatever
 * serves it: both define a bean of the same name. Where Zokor serves, neither is needed, so both are left out then. Used by one
 * thread.
 */
final class ManagementContextImportFilter implements AutoConfigurationImportFilter, EnvironmentAware {

    private static final Set<String> CLASHING = Set.of(
            "org.springframework.boot.tomcat.autoconfigure.actuate.web.server.TomcatServletManagementContextAutoConfiguration",
            "org.springframework.boot.jetty.autoconfigure.actuate.web.server.JettyServletManagementContextAutoConfiguration");

    private @Nullable Environment environment;

    ManagementContextImportFilter() {
    }

    @Override
    public void setEnvironment(Environment environment) {
        this.environment = environment;
    }

    @Override
    public boolean[] match(@Nullable String[] autoConfigurationClasses, AutoConfigurationMetadata metadata) {
        List<@Nullable String> candidates = Arrays.asList(autoConfigurationClasses);
        Environment known = environment;
        boolean leaveOut = (known == null || known.getProperty("zokor.enabled", Boolean.class, true))
                && candidates.containsAll(CLASHING);
        boolean[] matches = new boolean[candidates.size()];
        for (int i = 0; i < matches.length; i++) {
            String candidate = candidates.get(i);
            matches[i] = !(leaveOut && candidate != null && CLASHING.contains(candidate));
        }
        return matches;
    }
}
