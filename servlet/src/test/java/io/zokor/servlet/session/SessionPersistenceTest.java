package io.zokor.servlet.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.zokor.testing.ManualClock;
import jakarta.servlet.http.HttpSessionActivationListener;
import jakarta.servlet.http.HttpSessionEvent;

/** Sessions over a restart. */
class SessionPersistenceTest {

    @TempDir
    private Path directory;

    @Test
    void comeBackWithIdTimesAndAttributes() {
        ZokorSession session = new Sessions(Duration.ofSeconds(30), directory, SessionSettings.OFF).used(2);
        session.setAttribute("text", "value");
        session.setAttribute("list", new java.util.ArrayList<>(List.of(1, 2)));
        session.setMaxInactiveInterval(77);
        save(session);

        Sessions restarted = restarted();
        ZokorSession restored = restarted.manager.find(session.getId());

        assertThat(restored).isNotNull().isNotSameAs(session);
        assertThat(restored.getAttribute("text")).isEqualTo("value");
        assertThat(restored.getAttribute("list")).isEqualTo(List.of(1, 2));
        assertThat(restored.getMaxInactiveInterval()).isEqualTo(77);
        assertThat(restored.isNew()).isFalse();
        assertThat(restarted.manager.active()).isEqualTo(1);
        assertThat(restarted.manager.created()).isZero();
    }

    @Test
    void areOverInTheProcessThatSavedThemWithoutEventsOfAnEnd() {
        Sessions sessions = new Sessions(Duration.ofSeconds(30), directory, SessionSettings.OFF);
        ZokorSession session = sessions.used(1);
        sessions.manager.save();
        sessions.manager.stop();

        assertThat(session.isValid()).isFalse();
        assertThat(sessions.manager.active()).isZero();
        assertThat(sessions.events.log).containsExactly("created");
    }

    @Test
    void theFileIsGoneOnceItIsLoaded() throws IOException {
        save(new Sessions(Duration.ofSeconds(30), directory, SessionSettings.OFF).used(1));
        assertThat(files()).hasSize(1);

        restarted();

        assertThat(files()).isEmpty();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void onlyTheOwnerMayReadTheFile() throws IOException {
        save(new Sessions(Duration.ofSeconds(30), directory, SessionSettings.OFF).used(1));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files().getFirst())))
                .isEqualTo("rw-------");
    }

    @Test
    void theDirectoryIsMade() {
        Path deep = directory.resolve("a/b");
        Sessions sessions = new Sessions(Duration.ofSeconds(30), deep, SessionSettings.OFF);
        sessions.used(1);
        sessions.manager.save();

        assertThat(deep).isNotEmptyDirectory();
    }

    @Test
    void whatIsNotSerializableIsLeftOut() {
        ZokorSession session = new Sessions(Duration.ofSeconds(30), directory, SessionSettings.OFF).used(1);
        session.setAttribute("plain", new Object());
        session.setAttribute("nested", new java.util.ArrayList<>(List.of(new Object())));
        session.setAttribute("failing", new Failing());
        session.setAttribute("good", "value");
        save(session);

        assertThat(restarted().manager.find(session.getId())).isNotNull()
                .satisfies(restored -> assertThat(java.util.Collections.list(restored.getAttributeNames()))
                        .containsExactly("good"));
    }

    @Test
    void attributesHearOfPassivationAndActivation() {
        Activated.LOG.clear();
        Sessions sessions = new Sessions(Duration.ofSeconds(30), directory, SessionSettings.OFF);
        ZokorSession session = sessions.used(1);
        session.setAttribute("a", new Activated());
        sessions.manager.save();

        restarted();

        assertThat(Activated.LOG).containsExactly("passivate " + session.getId(), "activate " + session.getId());
    }

    @Test
    void theTimeInTheStoreCounts() {
        Sessions sessions = new Sessions(Duration.ofSeconds(30), directory, SessionSettings.OFF);
        long longAgo = System.currentTimeMillis() - 31_000;
        ZokorSession session = ZokorSession.restore(sessions.manager,
                new StoredSession("id", longAgo, longAgo, longAgo, 30, 1, java.util.Map.of()), sessions.clock.nanos());

        assertThat(session.startExpiry(sessions.clock.nanos())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { "empty", "short", "magic", "bit", "cut", "length" })
    void aDamagedFileIsAnEmptyStart(String damage) throws IOException {
        ZokorSession session = new Sessions(Duration.ofSeconds(30), directory, SessionSettings.OFF).used(1);
        session.setAttribute("a", "value");
        save(session);
        Path file = files().getFirst();
        byte[] content = Files.readAllBytes(file);
        byte[] damaged = switch (damage) {
            case "empty" -> new byte[0];
            case "short" -> new byte[] { 1 };
            case "magic" -> flipped(content, 0);
            case "bit" -> flipped(content, content.length - 5);
            case "cut" -> java.util.Arrays.copyOf(content, content.length - 3);
            default -> flipped(content, 8);
        };
        Files.write(file, damaged);

        assertThat(restarted().manager.active()).isZero();
        assertThat(files()).isEmpty();
    }

    @Test
    void attributesAreReadWithTheCurrentClassLoader() throws Exception {
        ZokorSession session = new Sessions(Duration.ofSeconds(30), directory, SessionSettings.OFF).used(1);
        session.setAttribute("a", new Value[] { new Value() });
        save(session);
        ClassLoader current = new ReloadingLoader();
        SessionManager manager = new SessionManager(
                new SessionSettings(() -> Sessions.CONTEXT, null, SessionEvents.NONE,
                        new ManualClock(), directory, () -> current, SessionSettings.OFF));
        manager.load();

        Object[] values = (Object[]) manager.find(session.getId()).getAttribute("a");
        assertThat(values[0].getClass().getClassLoader()).isSameAs(current);
    }

    @Test
    void anAttributeWhoseClassIsGoneCostsOnlyItself() {
        ZokorSession session = new Sessions(Duration.ofSeconds(30), directory, SessionSettings.OFF).used(1);
        session.setAttribute("a", new Value());
        session.setAttribute("b", "value");
        save(session);
        ClassLoader without = new ClassLoader(null) {
        };
        SessionManager manager = new SessionManager(
                new SessionSettings(() -> Sessions.CONTEXT, null, SessionEvents.NONE,
                        new ManualClock(), directory, () -> without, SessionSettings.OFF));
        manager.load();

        assertThat(manager.find(session.getId()).getAttribute("b")).isEqualTo("value");
    }

    @Test
    void proxiesComeBack() {
        ZokorSession session = new Sessions(Duration.ofSeconds(30), directory, SessionSettings.OFF).used(1);
        session.setAttribute("a", java.lang.reflect.Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] { Supplier.class }, new Handler()));
        save(session);

        Supplier<?> restored = (Supplier<?>) restarted().manager.find(session.getId()).getAttribute("a");
        assertThat(restored.get()).isEqualTo("handled");
    }

    @Test
    void withoutAStoreNothingIsWritten() {
        Sessions sessions = new Sessions();
        ZokorSession session = sessions.used(1);
        sessions.manager.save();
        sessions.manager.load();

        assertThat(session.isValid()).isTrue();
    }

    private static void save(ZokorSession session) {
        session.manager().save();
    }

    private Sessions restarted() {
        Sessions sessions = new Sessions(Duration.ofSeconds(30), directory, SessionSettings.OFF);
        sessions.manager.load();
        return sessions;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private static byte[] flipped(byte[] content, int at) {
        byte[] copy = content.clone();
        copy[at] ^= 0x40;
        return copy;
    }

    /** A value of the application. */
    static final class Value implements Serializable {
    }

    /** Cannot be written although it says so. */
    static final class Failing implements Serializable {

        private void writeObject(java.io.ObjectOutputStream out) {
            throw new IllegalStateException("by the attribute");
        }
    }

    /** Writes down what it hears. */
    static final class Activated implements HttpSessionActivationListener, Serializable {

        private static final List<String> LOG = new CopyOnWriteArrayList<>();

        @Override
        public void sessionWillPassivate(HttpSessionEvent event) {
            LOG.add("passivate " + event.getSession().getId());
        }

        @Override
        public void sessionDidActivate(HttpSessionEvent event) {
            LOG.add("activate " + event.getSession().getId());
        }
    }

    /** Answers every call. */
    static final class Handler implements java.lang.reflect.InvocationHandler, Serializable {

        @Override
        public Object invoke(Object proxy, java.lang.reflect.Method method, Object[] arguments) {
            return "handled";
        }
    }

    /** Defines the classes of this test anew, as DevTools does with the application's. */
    private static final class ReloadingLoader extends ClassLoader {

        private ReloadingLoader() {
            super(SessionPersistenceTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.equals(Value.class.getName())) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                in.transferTo(bytes);
                return defineClass(name, bytes.toByteArray(), 0, bytes.size());
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
