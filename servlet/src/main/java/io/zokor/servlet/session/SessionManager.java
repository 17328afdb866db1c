package io.zokor.servlet.session;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * The sessions of one application. Any thread may use it: the map is concurrent, and whether a session lives is decided under
 * that session's own lock. Only {@link #start()}, {@link #stop()}, {@link #load()} and {@link #save()} belong to the
 * container's life cycle, one at a time.
 *
 * <p>
 * Expiry is exact when a session is looked up; the sweeper, one daemon thread, only sees to it that the listeners hear of an
 * expiry within about a second even where nobody asks for the session again.
 */
public final class SessionManager {

    private static final Logger LOGGER = System.getLogger(SessionManager.class.getName());

    /** 192 bits (OWASP asks for 64 at least): 32 characters. */
    private static final int ID_BYTES = 24;

    private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Duration STOP_WAIT = Duration.ofSeconds(5);

    private final SessionSettings settings;

    private final ConcurrentMap<String, ZokorSession> sessions = new ConcurrentHashMap<>();

    private final SecureRandom random = new SecureRandom();

    /** Sessions in the map and those being put there, so that the limit holds under a race. */
    private final AtomicInteger active = new AtomicInteger();

    private final LongAdder created = new LongAdder();

    private final LongAdder expired = new LongAdder();

    private final LongAdder rejected = new LongAdder();

    private volatile int timeoutSeconds;

    private final ReentrantLock sweeperLock = new ReentrantLock();

    private final Condition sweeperStopped = sweeperLock.newCondition();

    /** Guarded by {@link #sweeperLock}. */
    private @Nullable Thread sweeper;

    /**
     * Makes a manager without sessions.
     *
     * @param settings its settings
     */
    public SessionManager(SessionSettings settings) {
        this.settings = settings;
        this.timeoutSeconds = seconds(settings.timeout());
    }

    /**
     * Finds a session. An unknown id finds nothing: a session is never created with an id that a client chose (session
     * fixation, CVE-2019-17563 and its like).
     *
     * @param id the id that a request carries
     * @return the session, or {@code null} where there is none or it has just expired. A request that is to use it calls
     *         {@link ZokorSession#beginAccess()}, which may still say no
     */
    public @Nullable ZokorSession find(String id) {
        ZokorSession session = sessions.get(id);
        if (session == null) {
            return null;
        }
        if (session.startExpiry(settings.ticker().nanos())) {
            expire(session);
            return null;
        }
        return session.isValid() ? session : null;
    }

    /**
     * Makes a session and tells the listeners. The request that it is made for calls {@link ZokorSession#beginAccess()} too.
     *
     * @return the session, new and valid
     * @throws IllegalStateException if there are as many sessions as allowed
     */
    public ZokorSession create() {
        int max = settings.maxSessions();
        if (active.incrementAndGet() > max && max != SessionSettings.OFF) {
            active.decrementAndGet();
            rejected.increment();
            throw new IllegalStateException("there are " + max + " sessions already, the limit of this application");
        }
        ZokorSession session = ZokorSession.create(this, newId(), timeoutSeconds);
        while (sessions.putIfAbsent(session.getId(), session) != null) {
            session = ZokorSession.create(this, newId(), timeoutSeconds);
        }
        created.increment();
        events().created(session);
        return session;
    }

    /**
     * Gives a session another id; the former one is unknown from then on (Servlet 6.1 section 7.3).
     *
     * @param session the session
     * @return its new id
     * @throws IllegalStateException if the session is no longer valid
     */
    public String changeId(ZokorSession session) {
        String newId = newId();
        String oldId = session.replaceId(newId, sessions);
        events().idChanged(session, oldId);
        return newId;
    }

    /**
     * Sets the time limit of sessions to be created.
     *
     * @param timeout how long a session may be idle; {@code null}, zero or negative for ever
     */
    public void timeout(@Nullable Duration timeout) {
        timeoutSeconds = seconds(timeout);
    }

    /** {@return the time limit of sessions to be created, in seconds, 0 for none} */
    public int timeoutSeconds() {
        return timeoutSeconds;
    }

    /** Starts the sweeper; does nothing where it runs. */
    public void start() {
        sweeperLock.lock();
        try {
            if (sweeper == null) {
                Thread thread = Thread.ofPlatform().daemon().name("zokor-sessions")
                        .inheritInheritableThreadLocals(false)
                        .unstarted(this::sweepUntilStopped);
                thread.setContextClassLoader(settings.classLoader().get());
                sweeper = thread;
                thread.start();
            }
        } finally {
            sweeperLock.unlock();
        }
    }

    /**
     * Stops the sweeper and ends every session that is still there, with all events (Servlet 6.1 section 11.3.4 wants them
     * before the context's end). After {@link #save()} with a store there is none left.
     */
    public void stop() {
        Thread stopped;
        sweeperLock.lock();
        try {
            stopped = sweeper;
            sweeper = null;
            sweeperStopped.signalAll();
        } finally {
            sweeperLock.unlock();
        }
        if (stopped != null) {
            awaitEnd(stopped);
        }
        for (ZokorSession session : sessions.values()) {
            if (session.startInvalidation()) {
                endQuietly(session);
            }
        }
    }

    /**
     * Reads the sessions that {@link #save()} has left in the store, and removes them there. Attributes are read with the
     * current class loader; those that cannot be read are left out with a warning. Does nothing without a store. A file that
     * is damaged is a warning, and the manager stays empty.
     */
    public void load() {
        Path directory = settings.store();
        if (directory == null) {
            return;
        }
        long now = settings.ticker().nanos();
        List<ZokorSession> restored = new ArrayList<>();
        for (StoredSession stored : new SessionStore(directory).load(settings.classLoader().get())) {
            ZokorSession session = ZokorSession.restore(this, stored, now);
            if (sessions.putIfAbsent(session.getId(), session) == null) {
                active.incrementAndGet();
                restored.add(session);
            }
        }
        restored.forEach(ZokorSession::activated);
        if (!restored.isEmpty()) {
            LOGGER.log(Level.DEBUG, () -> restored.size() + " sessions restored from " + directory);
        }
    }

    /**
     * Writes all sessions to the store and lets go of them: for this process they are over, without events of an end. Does
     * nothing without a store. What cannot be written is a warning; the sessions then stay, for {@link #stop()} to end them.
     */
    public void save() {
        Path directory = settings.store();
        if (directory == null) {
            return;
        }
        List<ZokorSession> saved = new ArrayList<>(sessions.values());
        List<StoredSession> stored = new ArrayList<>(saved.size());
        for (ZokorSession session : saved) {
            StoredSession snapshot = session.passivated();
            if (snapshot != null) {
                stored.add(snapshot);
            }
        }
        try {
            new SessionStore(directory).save(stored);
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, "sessions could not be written to " + directory + " and are lost", e);
            return;
        }
        for (ZokorSession session : saved) {
            if (session.letGo()) {
                remove(session);
            }
        }
    }

    /** {@return how many sessions there are} */
    public int active() {
        return active.get();
    }

    /** {@return how many were created since the manager was made; restored ones do not count} */
    public long created() {
        return created.sum();
    }

    /** {@return how many ended by their time limit} */
    public long expired() {
        return expired.sum();
    }

    /** {@return how many were refused because there were too many} */
    public long rejected() {
        return rejected.sum();
    }

    SessionSettings settings() {
        return settings;
    }

    SessionEvents events() {
        return settings.events();
    }

    /** Ends every session whose time is up. */
    void sweep() {
        long now = settings.ticker().nanos();
        for (ZokorSession session : sessions.values()) {
            if (session.startExpiry(now)) {
                expire(session);
            }
        }
    }

    /**
     * Takes a session that is ending out of the map, so that no request finds it; its state has been changed under its lock
     * before.
     */
    void remove(ZokorSession session) {
        if (sessions.remove(session.getId(), session)) {
            active.decrementAndGet();
        }
    }

    private void expire(ZokorSession session) {
        expired.increment();
        endQuietly(session);
    }

    /** What a listener throws here has no caller to go to: neither a request that asks for an expired session nor the sweeper. */
    private void endQuietly(ZokorSession session) {
        guarded("the end of a session", session::finishInvalidation);
    }

    /** Calls a listener whose exception has no caller to go to. */
    void guarded(String event, Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException e) {
            LOGGER.log(Level.WARNING, "a session listener failed: " + event, e);
        }
    }

    private void sweepUntilStopped() {
        Thread me = Thread.currentThread();
        while (awaitNextSweep(me)) {
            try {
                sweep();
            } catch (RuntimeException e) {
                LOGGER.log(Level.WARNING, "the sweep of sessions failed and is tried again", e);
            }
        }
    }

    /** The sweeper's pause; false once another or no thread is the sweeper. An interrupt only shortens it. */
    private boolean awaitNextSweep(Thread me) {
        sweeperLock.lock();
        try {
            long left = SWEEP_NANOS;
            while (sweeper == me && left > 0) {
                left = sweeperStopped.awaitNanos(left);
            }
            return sweeper == me;
        } catch (InterruptedException e) {
            return sweeper == me;
        } finally {
            sweeperLock.unlock();
        }
    }

    /** The listeners of an expiry that is under way are to be done before the context ends. */
    private static void awaitEnd(Thread thread) {
        try {
            if (thread != Thread.currentThread() && !thread.join(STOP_WAIT)) {
                LOGGER.log(Level.WARNING, "a session listener has not returned within " + STOP_WAIT.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String newId() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static int seconds(@Nullable Duration timeout) {
        if (timeout == null || timeout.isNegative() || timeout.isZero()) {
            return 0;
        }
        long seconds = timeout.toSeconds() + (timeout.toNanosPart() > 0 ? 1 : 0);
        return (int) Math.min(seconds, Integer.MAX_VALUE);
    }
}
