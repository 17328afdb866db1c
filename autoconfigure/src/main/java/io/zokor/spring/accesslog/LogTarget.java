package io.zokor.spring.accesslog;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import org.springframework.util.ClassUtils;

/** Where lines of the access log go: the logger {@code zokor.access}, level INFO. Stateless apart from that logger. */
interface LogTarget {

    /** Name of the logger. */
    String LOGGER = "zokor.access";

    /** {@return whether lines go anywhere} */
    boolean isEnabled();

    /** Writes a line. */
    void write(String line, AccessLogEntry entry);

    /** {@return the target for the logging system that is there} */
    static LogTarget create() {
        return ClassUtils.isPresent("org.slf4j.spi.LoggingEventBuilder", LogTarget.class.getClassLoader())
                ? new Slf4j()
                : new Commons();
    }

    /** Gives structured logging the fields as key-values. */
    final class Slf4j implements LogTarget {

        private final Logger logger = LoggerFactory.getLogger(LOGGER);

        @Override
        public boolean isEnabled() {
            return logger.isInfoEnabled();
        }

        @Override
        public void write(String line, AccessLogEntry entry) {
            LoggingEventBuilder event = logger.atInfo();
            AccessLogFields.forEach(entry, (name, value) -> {
                var _ = event.addKeyValue(name, value);
            });
            event.log(line);
        }
    }

    /** Lines alone. */
    final class Commons implements LogTarget {

        private final Log logger = LogFactory.getLog(LOGGER);

        @Override
        public boolean isEnabled() {
            return logger.isInfoEnabled();
        }

        @Override
        public void write(String line, AccessLogEntry entry) {
            logger.info(line);
        }
    }
}
