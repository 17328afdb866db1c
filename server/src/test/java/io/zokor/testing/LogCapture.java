package io.zokor.testing;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Keeps what a logger is told while it is open, instead of printing it. Safe for use by many threads. */
public final class LogCapture implements AutoCloseable {

    private final Logger logger;
    private final boolean usedParents;
    private final List<LogRecord> records = new CopyOnWriteArrayList<>();
    private final SimpleFormatter formatter = new SimpleFormatter();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            records.add(entry);
        }

        @Override
        public void flush() {
            // Nothing is held back.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    };

    private LogCapture(String name) {
        logger = Logger.getLogger(name);
        usedParents = logger.getUseParentHandlers();
        logger.setUseParentHandlers(false);
        logger.addHandler(handler);
    }

    /** Listens to the server's logger, from level INFO on. */
    public static LogCapture server() {
        return new LogCapture("io.zokor.server");
    }

    /** Listens to a logger. */
    public static LogCapture of(String name) {
        return new LogCapture(name);
    }

    /** {@return the messages of a level, without what was thrown} */
    public List<String> messages(Level level) {
        return records.stream().filter(r -> r.getLevel() == level).map(formatter::formatMessage).toList();
    }

    /** {@return the messages of level ERROR, as System.Logger calls it} */
    public List<String> errors() {
        return messages(Level.SEVERE);
    }

    /** {@return the messages of level WARNING} */
    public List<String> warnings() {
        return messages(Level.WARNING);
    }

    /** {@return what was logged, with stack traces} */
    public String text() {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        for (LogRecord entry : records) {
            out.println(entry.getLevel() + " " + formatter.formatMessage(entry));
            if (entry.getThrown() != null) {
                entry.getThrown().printStackTrace(out);
            }
        }
        out.flush();
        return text.toString();
    }

    @Override
    public void close() {
        logger.removeHandler(handler);
        logger.setUseParentHandlers(usedParents);
    }
}
