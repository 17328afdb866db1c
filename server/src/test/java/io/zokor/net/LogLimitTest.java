package io.zokor.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.System.Logger;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;

import org.junit.jupiter.api.Test;

class LogLimitTest {

    @Test
    void oneLineIsLetThroughAndTheRestAreForDebugging() {
        Lines lines = new Lines();
        LogLimit limit = new LogLimit(lines, Logger.Level.WARNING);
        for (int i = 0; i < 3; i++) {
            int number = i;
            limit.log(() -> "line " + number);
        }
        assertThat(lines.lines).containsExactly("WARNING line 0", "DEBUG line 1", "DEBUG line 2");
    }

    private static final class Lines implements Logger {

        private final List<String> lines = new ArrayList<>();

        @Override
        public String getName() {
            return "test";
        }

        @Override
        public boolean isLoggable(Level level) {
            return true;
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
            lines.add(level + " " + message);
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
            lines.add(level + " " + format);
        }
    }
}
