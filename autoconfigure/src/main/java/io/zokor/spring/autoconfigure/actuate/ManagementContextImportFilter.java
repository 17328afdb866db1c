package io.zokor.spring.autoconfigure.actuate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * With the modules of two other servers on the class path, no application with a management port of its own starts, whatever
 * serves it: they define beans of the same name. Where Zokor serves, none of them is needed, so they are left out then. Used by
 * one thread.
 */
final class ManagementContextImportFilter implements AutoConfigurationImportFilter, EnvironmentAware {

    private static final Pattern SERVLET = Pattern
            .compile("org\\.springframework\\.boot\\..*\\.(?:Tomcat|Jetty)ServletManagementContextAutoConfiguration");
    private static final Pattern REACTIVE = Pattern.compile(
            "org\\.springframework\\.boot\\..*\\.(?:Tomcat|Jetty|Netty)ReactiveManagementContextAutoConfiguration");

    private @Nullable Environment environment;

    ManagementContextImportFilter() {
    }

    @Override
    public void setEnvironment(Environment environment) {
        this.environment = environment;
    }

    @Override
    public boolean[] match(@Nullable String[] autoConfigurationClasses, AutoConfigurationMetadata metadata) {
        boolean[] matches = new boolean[autoConfigurationClasses.length];
        Arrays.fill(matches, true);
        Environment known = environment;
        if (known == null || known.getProperty("zokor.enabled", Boolean.class, true)) {
            leaveOutClashing(SERVLET, autoConfigurationClasses, matches);
            leaveOutClashing(REACTIVE, autoConfigurationClasses, matches);
        }
        return matches;
    }

    private static void leaveOutClashing(Pattern names, @Nullable String[] candidates, boolean[] matches) {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < candidates.length; i++) {
            String candidate = candidates[i];
            if (candidate != null && names.matcher(candidate).matches()) {
                found.add(i);
            }
        }
        if (found.size() > 1) {
            found.forEach(i -> matches[i] = false);
        }
    }
}
