package io.zokor.demo;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import com.jayway.jsonpath.JsonPath;

/** What the annotation processor wrote about Zokor's properties. */
final class ZokorMetadata {

    private ZokorMetadata() {
    }

    /** {@return the default of each {@code zokor.*} property by its name, empty where there is none} */
    static Map<String, String> defaults() throws IOException {
        Map<String, String> defaults = new TreeMap<>();
        for (URL url : Collections.list(
                ZokorMetadata.class.getClassLoader().getResources("META-INF/spring-configuration-metadata.json"))) {
            try (InputStream in = url.openStream()) {
                for (Map<String, Object> property : JsonPath.<List<Map<String, Object>>>read(in, "$.properties[*]")) {
                    String name = (String) property.get("name");
                    if (name.startsWith("zokor.")) {
                        defaults.put(name, Objects.toString(property.get("defaultValue"), ""));
                    }
                }
            }
        }
        return defaults;
    }
}
