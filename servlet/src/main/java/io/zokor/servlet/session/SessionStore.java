package io.zokor.servlet.session;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;

import org.jspecify.annotations.Nullable;

/**
 * The file that sessions are kept in over a restart. Used by one thread, for one {@link #save} or one {@link #load}.
 *
 * <p>
 * Each attribute is serialised by itself, so that one that cannot be written or, after a change of the application, cannot be
 * read costs neither its session nor the others. The price: two attributes that share an object have one each afterwards. A
 * checksum tells a torn file from a whole one. The file holds session ids, so only its owner may read it.
 */
final class SessionStore {

    private static final Logger LOGGER = System.getLogger(SessionStore.class.getName());

    private static final String FILE = "zokor-sessions.bin";

    private static final int MAGIC = 0x5a4b5301;

    private final Path directory;

    /** Classes that were reported, each once. */
    private final Set<String> reported = new HashSet<>();

    SessionStore(Path directory) {
        this.directory = directory;
    }

    /** Writes the file whole or not at all; the former one is replaced in one step. */
    void save(List<StoredSession> sessions) throws IOException {
        Files.createDirectories(directory);
        Path file = directory.resolve(FILE);
        if (sessions.isEmpty()) {
            Files.deleteIfExists(file);
            return;
        }
        // createTempFile gives the file to its owner alone.
        Path temporary = Files.createTempFile(directory, "zokor-sessions", ".tmp");
        try {
            write(temporary, sessions);
            try {
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Reads the file and removes it; empty where there is none or it is damaged. */
    List<StoredSession> load(ClassLoader loader) {
        Path file = directory.resolve(FILE);
        try {
            byte[] content;
            try {
                content = Files.readAllBytes(file);
            } catch (NoSuchFileException e) {
                return List.of();
            }
            Files.delete(file);
            return read(content, loader);
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, "stored sessions could not be read from " + file + ", starting without them", e);
            return List.of();
        }
    }

    private void write(Path file, List<StoredSession> sessions) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        try (DataOutputStream fileOut = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            fileOut.writeInt(MAGIC);
            fileOut.writeInt(sessions.size());
            for (StoredSession session : sessions) {
                bytes.reset();
                writeSession(out, session);
                out.flush();
                byte[] block = bytes.toByteArray();
                CRC32 checksum = new CRC32();
                checksum.update(block);
                fileOut.writeInt(block.length);
                fileOut.writeLong(checksum.getValue());
                fileOut.write(block);
            }
        }
    }

    private void writeSession(DataOutputStream out, StoredSession session) throws IOException {
        writeText(out, session.id());
        out.writeLong(session.creationTime());
        out.writeLong(session.lastAccessedTime());
        out.writeLong(session.thisAccessedTime());
        out.writeInt(session.maxInactiveInterval());
        out.writeInt(session.accesses());
        Map<String, byte[]> attributes = new LinkedHashMap<>();
        session.attributes().forEach((name, value) -> {
            byte[] serialised = serialised(name, value);
            if (serialised != null) {
                attributes.put(name, serialised);
            }
        });
        out.writeInt(attributes.size());
        for (Map.Entry<String, byte[]> attribute : attributes.entrySet()) {
            writeText(out, attribute.getKey());
            out.writeInt(attribute.getValue().length);
            out.write(attribute.getValue());
        }
    }

    private byte @Nullable [] serialised(String name, Object value) {
        if (!(value instanceof Serializable)) {
            report(value.getClass().getName(), name, "is not serializable and is not stored", null);
            return null;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            report(value.getClass().getName(), name, "could not be serialised and is not stored", e);
            return null;
        }
        return bytes.toByteArray();
    }

    private List<StoredSession> read(byte[] content, ClassLoader loader) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(content));
        if (in.readInt() != MAGIC) {
            throw new IOException("not a file of sessions of this version");
        }
        int count = in.readInt();
        List<StoredSession> sessions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int length = in.readInt();
            long checksum = in.readLong();
            byte[] block = readBytes(in, length);
            CRC32 computed = new CRC32();
            computed.update(block);
            if (computed.getValue() != checksum) {
                throw new IOException("the checksum does not match");
            }
            sessions.add(readSession(new DataInputStream(new ByteArrayInputStream(block)), loader));
        }
        return sessions;
    }

    private StoredSession readSession(DataInputStream in, ClassLoader loader) throws IOException {
        String id = readText(in);
        long creationTime = in.readLong();
        long lastAccessedTime = in.readLong();
        long thisAccessedTime = in.readLong();
        int maxInactiveInterval = in.readInt();
        int accesses = in.readInt();
        Map<String, Object> attributes = new LinkedHashMap<>();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            String name = readText(in);
            Object value = deserialised(name, readBytes(in, in.readInt()), loader);
            if (value != null) {
                attributes.put(name, value);
            }
        }
        return new StoredSession(id, creationTime, lastAccessedTime, thisAccessedTime, maxInactiveInterval, accesses,
                attributes);
    }

    private @Nullable Object deserialised(String name, byte[] bytes, ClassLoader loader) {
        try (ObjectInputStream in = new LoaderInputStream(new ByteArrayInputStream(bytes), loader)) {
            return in.readObject();
        } catch (IOException | ClassNotFoundException | RuntimeException | LinkageError e) {
            report(String.valueOf(e.getMessage()), name, "could not be read back and is left out", e);
            return null;
        }
    }

    private void report(String what, String attribute, String fate, @Nullable Throwable cause) {
        if (reported.add(what)) {
            LOGGER.log(Level.WARNING, "session attribute '" + attribute + "' (" + what + ") " + fate, cause);
        }
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String readText(DataInputStream in) throws IOException {
        return new String(readBytes(in, in.readInt()), StandardCharsets.UTF_8);
    }

    /** A length from a damaged file must not size an array before there are that many bytes. */
    private static byte[] readBytes(DataInputStream in, int length) throws IOException {
        if (length < 0 || length > in.available()) {
            throw new EOFException("a length of " + length + " leads beyond the end");
        }
        return in.readNBytes(length);
    }

    /** Reads with the application's current class loader, not with that of this library: DevTools replaces the former. */
    private static final class LoaderInputStream extends ObjectInputStream {

        private final ClassLoader loader;

        private LoaderInputStream(InputStream in, ClassLoader loader) throws IOException {
            super(in);
            this.loader = loader;
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
            try {
                return Class.forName(description.getName(), false, loader);
            } catch (ClassNotFoundException e) {
                // Primitive types have no loader that finds them by name.
                return super.resolveClass(description);
            }
        }

        @Override
        protected Class<?> resolveProxyClass(String[] interfaces) throws IOException, ClassNotFoundException {
            Class<?>[] types = new Class<?>[interfaces.length];
            for (int i = 0; i < interfaces.length; i++) {
                types[i] = Class.forName(interfaces[i], false, loader);
            }
            // The class of the proxy itself, which only a proxy can give away without a deprecated method.
            return Proxy.newProxyInstance(loader, types, (proxy, method, arguments) -> null).getClass();
        }
    }
}
