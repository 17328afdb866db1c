package io.zokor.spring.boot;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

import io.zokor.config.Http2;
import io.zokor.config.Limits;
import io.zokor.config.Setting;
import io.zokor.config.Timeouts;

/** Which limits differ from the defaults, as properties, for the line that is logged at start. Stateless. */
final class ChangedLimits {

    private ChangedLimits() {
    }

    static List<String> of(Timeouts timeouts, Limits limits, Http2 http2) {
        List<Setting> changed = new ArrayList<>(timeouts.settings());
        changed.addAll(limits.settings());
        if (http2.enabled()) {
            changed.addAll(http2.settings());
        }
        List<Setting> usual = new ArrayList<>(Timeouts.defaults().settings());
        usual.addAll(Limits.defaults().settings());
        usual.addAll(Http2.defaults().settings());
        changed.removeAll(new HashSet<>(usual));
        return changed.stream().map(setting -> setting.property() + "=" + setting.value()).toList();
    }
}
