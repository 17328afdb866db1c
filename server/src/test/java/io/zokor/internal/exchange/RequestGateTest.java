package io.zokor.internal.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.zokor.config.Limits;
import io.zokor.http.ClientAddresses;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.net.AddressRange;
import io.zokor.testing.Await;

import org.junit.jupiter.api.Test;

/** The gate of zokor.limits.max-concurrent-requests and max-per-client by itself. */
class RequestGateTest {

    private volatile Limits limits = Limits.defaults();

    private final Clients clients = new Clients(ClientAddresses.ofPeers());

    private final RequestGate gate = new RequestGate(() -> limits, clients.requests());

    private final ConcurrentLinkedQueue<RequestGate.Place> taken = new ConcurrentLinkedQueue<>();

    private boolean enter() {
        return enter(() -> false);
    }

    private boolean enter(RequestGate.Visitor who) {
        try {
            taken.add(gate.enter(who));
            return true;
        } catch (RejectedRequestException e) {
            return false;
        }
    }

    private void leave() {
        gate.leave(taken.remove());
    }

    /** A request of a client that is told apart by the last part of its address. */
    private record Of(int number) implements RequestGate.Visitor {

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public AddressRange client() {
            return AddressRange.parse("192.0.2." + number);
        }
    }

    /** Lets a request of a client's wait for its turn, and tells when that has come. */
    private Thread waiting(int client, Queue<Integer> turns) {
        int before = gate.queued();
        Thread thread = Thread.ofVirtual().start(() -> {
            if (enter(new Of(client))) {
                turns.add(client);
            }
        });
        Await.until("a place in the queue", () -> gate.queued() == before + 1);
        return thread;
    }

    @Test
    void withoutALimitAllRun() {
        for (int i = 0; i < 1000; i++) {
            assertThat(enter()).isTrue();
        }
        assertThat(gate.running()).isEqualTo(1000);
    }

    @Test
    void withoutAQueueTheNextIsTurnedAwayAtOnce() {
        limits = limits.with(v -> v.maxConcurrentRequests(2));
        assertThat(enter()).isTrue();
        assertThat(enter()).isTrue();
        assertThat(enter()).isFalse();
        leave();
        assertThat(enter()).isTrue();
        assertThat(gate.running()).isEqualTo(2);
    }

    @Test
    void theQueueIsServedInOrder() throws Exception {
        limits = limits.with(v -> v.maxConcurrentRequests(1).queueSize(3).queueTimeout(Duration.ofSeconds(30)));
        assertThat(enter()).isTrue();
        ConcurrentLinkedQueue<Integer> order = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int number = i;
            threads.add(Thread.ofVirtual().start(() -> {
                if (enter()) {
                    order.add(number);
                    leave();
                }
            }));
            Await.until("a place in the queue", () -> gate.queued() == number + 1);
        }
        assertThat(enter()).as("the queue is full").isFalse();
        leave();
        for (Thread thread : threads) {
            assertThat(thread.join(Await.BOUND)).isTrue();
        }
        assertThat(order).containsExactly(0, 1, 2);
        assertThat(gate.running()).isZero();
        assertThat(gate.queued()).isZero();
    }

    @Test
    void whoWaitsTooLongLeavesTheQueue() {
        limits = limits.with(v -> v.maxConcurrentRequests(1).queueSize(1).queueTimeout(Duration.ofMillis(20)));
        assertThat(enter()).isTrue();
        assertThat(enter()).isFalse();
        assertThat(gate.queued()).isZero();
        leave();
        assertThat(enter()).isTrue();
    }

    @Test
    void aHigherLimitLetsWaitingOnesIn() throws Exception {
        limits = limits.with(v -> v.maxConcurrentRequests(1).queueSize(2).queueTimeout(Duration.ofSeconds(30)));
        assertThat(enter()).isTrue();
        CountDownLatch in = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            Thread.ofVirtual().start(() -> {
                if (enter()) {
                    in.countDown();
                }
            });
        }
        Await.until("two in the queue", () -> gate.queued() == 2);
        limits = limits.with(v -> v.maxConcurrentRequests((int) Limits.OFF));
        gate.admit();
        assertThat(in.await(30, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
        assertThat(gate.running()).isEqualTo(3);
    }

    @Test
    void anInterruptIsKeptForTheHandler() throws Exception {
        limits = limits.with(v -> v.maxConcurrentRequests(1).queueSize(1).queueTimeout(Duration.ofSeconds(30)));
        assertThat(enter()).isTrue();
        AtomicInteger result = new AtomicInteger();
        Thread thread = Thread.ofVirtual().start(() -> {
            Thread.currentThread().interrupt();
            boolean entered = enter();
            result.set((entered ? 1 : 0) + (Thread.interrupted() ? 2 : 0));
        });
        Await.until("a place in the queue", () -> gate.queued() == 1);
        leave();
        assertThat(thread.join(Await.BOUND)).isTrue();
        assertThat(result).hasValue(3);
    }

    @Test
    void underAStormNeverMoreThanTheLimitRunAndNobodyIsForgotten() throws Exception {
        limits = limits.with(v -> v.maxConcurrentRequests(3).queueSize(5).queueTimeout(Duration.ofSeconds(20)));
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger served = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                for (int n = 0; n < 300; n++) {
                    if (!enter()) {
                        refused.incrementAndGet();
                        continue;
                    }
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    Thread.yield();
                    inside.decrementAndGet();
                    served.incrementAndGet();
                    leave();
                }
            }));
        }
        for (Thread thread : threads) {
            assertThat(thread.join(Await.BOUND.multipliedBy(2))).isTrue();
        }
        assertThat(most.get()).isLessThanOrEqualTo(3);
        assertThat(served.get() + refused.get()).isEqualTo(16 * 300);
        assertThat(gate.running()).isZero();
        assertThat(gate.queued()).isZero();
    }

    // ---- max-per-client

    @Test
    void aClientHasSoManyAndNoMoreWhateverOthersHave() throws Exception {
        limits = limits.with(v -> v.maxPerClient(2));
        assertThat(enter(new Of(1))).isTrue();
        assertThat(enter(new Of(1))).isTrue();
        assertThatExceptionOfType(RejectedRequestException.class).isThrownBy(() -> gate.enter(new Of(1)))
                .satisfies(e -> assertThat(e.status()).isEqualTo(429))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(RejectReason.PER_CLIENT))
                .withMessageContaining("zokor.limits.max-per-client");
        assertThat(enter(new Of(2))).isTrue();
        assertThat(gate.running()).isEqualTo(3);
        leave();
        assertThat(enter(new Of(1))).isTrue();
        while (!taken.isEmpty()) {
            leave();
        }
        assertThat(clients.requests().clients()).isZero();
    }

    @Test
    void whatWaitsCountsForItsClientAndGivesItsPlaceBack() {
        limits = limits.with(v -> v.maxConcurrentRequests(1).queueSize(5).queueTimeout(Duration.ofMillis(1))
                .maxPerClient(2));
        assertThat(enter(new Of(1))).isTrue();
        assertThat(enter(new Of(1))).as("waits in vain").isFalse();
        assertThat(clients.requests().most()).isEqualTo(1);
        limits = limits.with(v -> v.queueSize(0));
        assertThat(enter(new Of(1))).as("no room").isFalse();
        assertThat(clients.requests().most()).isEqualTo(1);
        leave();
        assertThat(clients.requests().clients()).isZero();
    }

    @Test
    void whoIsLetInWhileTheLimitIsOffCountsForNobody() {
        assertThat(enter(new Of(1))).isTrue();
        limits = limits.with(v -> v.maxPerClient(1));
        assertThat(enter(new Of(1))).isTrue();
        limits = limits.with(v -> v.maxPerClient((int) Limits.OFF));
        leave();
        leave();
        assertThat(clients.requests().clients()).isZero();
        assertThat(gate.running()).isZero();
    }

    @Test
    void clientsTakeTurnsInTheQueue() throws Exception {
        limits = limits.with(v -> v.maxConcurrentRequests(1).queueSize(10).queueTimeout(Duration.ofSeconds(30))
                .maxPerClient(10));
        assertThat(enter(new Of(1))).isTrue();
        ConcurrentLinkedQueue<Integer> turns = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (int client : new int[] { 1, 1, 1, 1, 2, 2, 3 }) {
            threads.add(waiting(client, turns));
        }
        for (int i = 1; i <= 7; i++) {
            int done = i;
            leave();
            Await.until("the next turn", () -> turns.size() == done && taken.size() == 1);
        }
        assertThat(turns).containsExactly(1, 2, 3, 1, 2, 1, 1);
        for (Thread thread : threads) {
            assertThat(thread.join(Await.BOUND)).isTrue();
        }
    }

    @Test
    void aFullQueueHasRoomForAnotherClient() throws Exception {
        limits = limits.with(v -> v.maxConcurrentRequests(1).queueSize(3).queueTimeout(Duration.ofSeconds(30))
                .maxPerClient(100));
        assertThat(enter(new Of(1))).isTrue();
        ConcurrentLinkedQueue<Integer> turns = new ConcurrentLinkedQueue<>();
        Thread first = waiting(1, turns);
        Thread second = waiting(1, turns);
        Thread last = waiting(1, turns);
        assertThat(enter(new Of(1))).as("its own are no room for it").isFalse();
        Thread other = Thread.ofVirtual().start(() -> {
            if (enter(new Of(2))) {
                turns.add(2);
            }
        });
        assertThat(last.join(Await.BOUND)).as("the last one of the flood is turned away").isTrue();
        assertThat(turns).isEmpty();
        assertThat(gate.queued()).isEqualTo(3);
        for (int i = 1; i <= 3; i++) {
            int done = i;
            leave();
            Await.until("the next turn", () -> turns.size() == done && taken.size() == 1);
        }
        assertThat(turns).containsExactly(1, 2, 1);
        leave();
        for (Thread thread : List.of(first, second, other)) {
            assertThat(thread.join(Await.BOUND)).isTrue();
        }
        assertThat(clients.requests().clients()).isZero();
    }

    @Test
    void underAStormOfClientsNoPlaceIsLost() throws Exception {
        limits = limits.with(v -> v.maxConcurrentRequests(3).queueSize(4).queueTimeout(Duration.ofMillis(2))
                .maxPerClient(2));
        ConcurrentHashMap<Integer, AtomicInteger> inside = new ConcurrentHashMap<>();
        AtomicInteger most = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            int client = i % 5;
            AtomicBoolean cancelled = new AtomicBoolean();
            RequestGate.Visitor who = new RequestGate.Visitor() {
                @Override
                public boolean isCancelled() {
                    return cancelled.get();
                }

                @Override
                public AddressRange client() {
                    return new Of(client).client();
                }
            };
            threads.add(Thread.ofVirtual().start(() -> {
                AtomicInteger running = inside.computeIfAbsent(client, _ -> new AtomicInteger());
                for (int n = 0; n < 300; n++) {
                    try {
                        cancelled.set(n % 7 == 0);
                        RequestGate.Place place = gate.enter(who);
                        most.accumulateAndGet(running.incrementAndGet(), Math::max);
                        Thread.yield();
                        running.decrementAndGet();
                        gate.leave(place);
                    } catch (RejectedRequestException e) {
                        Thread.yield();
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            assertThat(thread.join(Await.BOUND.multipliedBy(2))).isTrue();
        }
        assertThat(most.get()).isLessThanOrEqualTo(2);
        assertThat(gate.running()).isZero();
        assertThat(gate.queued()).isZero();
        assertThat(clients.requests().clients()).isZero();
    }
}
