package io.zokor.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Zokor's starter brings the APIs that Tomcat's brings: libraries compile against them and need their types to start. */
class StarterApisTest {

    /** A class of each jar that Tomcat's starter has and Zokor's has not. */
    @ParameterizedTest
    @ValueSource(strings = { "org.apache.catalina.startup.Tomcat", "org.apache.tomcat.websocket.WsSession" })
    void everyApiInATomcatJarIsInAnotherJarToo(String ofTomcat) throws Exception {
        URL jar = Class.forName(ofTomcat).getProtectionDomain().getCodeSource().getLocation();
        List<String> missing = new ArrayList<>();
        int types = 0;
        try (InputStream in = jar.openStream(); JarInputStream entries = new JarInputStream(in)) {
            for (JarEntry entry = entries.getNextJarEntry(); entry != null; entry = entries.getNextJarEntry()) {
                String name = entry.getName();
                if (name.startsWith("jakarta/") && name.endsWith(".class") && isPublic(name)) {
                    types++;
                    if (!isElsewhere(name)) {
                        missing.add(name);
                    }
                }
            }
        }
        assertThat(types).isPositive();
        assertThat(missing).isEmpty();
    }

    /** What is not is Tomcat's own affair. */
    private static boolean isPublic(String name) throws ClassNotFoundException {
        String type = name.substring(0, name.length() - ".class".length()).replace('/', '.');
        return Modifier.isPublic(Class.forName(type, false, StarterApisTest.class.getClassLoader()).getModifiers());
    }

    private static boolean isElsewhere(String name) throws IOException {
        return Collections.list(StarterApisTest.class.getClassLoader().getResources(name)).stream()
                .anyMatch(url -> !url.getPath().contains("/tomcat-embed-core-")
                        && !url.getPath().contains("/tomcat-embed-websocket-"));
    }
}
