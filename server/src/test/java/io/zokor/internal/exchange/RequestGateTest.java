package io.zokor.internal.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.zokor.config.Limits;
import io.zokor.testing.Await;

import org.junit.jupiter.api.Test;

/** The gate of zokor.limits.max-concurrent-requests by itself. */
class RequestGateTest {

    private volatile Limits limits = Limits.defaults();

    private final RequestGate gate = new RequestGate(() -> limits);

    @Test
    void withoutALimitAllRun() {
        for (int i = 0; i < 1000; i++) {
            assertThat(gate.enter(() -> false)).isTrue();
        }
        assertThat(gate.running()).isEqualTo(1000);
    }

    @Test
    void withoutAQueueTheNextIsTurnedAwayAtOnce() {
        limits = limits.with(v -> v.maxConcurrentRequests(2));
        assertThat(gate.enter(() -> false)).isTrue();
        assertThat(gate.enter(() -> false)).isTrue();
        assertThat(gate.enter(() -> false)).isFalse();
        gate.leave();
        assertThat(gate.enter(() -> false)).isTrue();
        assertThat(gate.running()).isEqualTo(2);
    }

    @Test
    void theQueueIsServedInOrder() throws Exception {
        limits = limits.with(v -> v.maxConcurrentRequests(1).queueSize(3).queueTimeout(Duration.ofSeconds(30)));
        assertThat(gate.enter(() -> false)).isTrue();
        ConcurrentLinkedQueue<Integer> order = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int number = i;
            threads.add(Thread.ofVirtual().start(() -> {
                if (gate.enter(() -> false)) {
                    order.add(number);
                    gate.leave();
                }
            }));
            Await.until("a place in the queue", () -> gate.queued() == number + 1);
        }
        assertThat(gate.enter(() -> false)).as("the queue is full").isFalse();
        gate.leave();
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
        assertThat(gate.enter(() -> false)).isTrue();
        assertThat(gate.enter(() -> false)).isFalse();
        assertThat(gate.queued()).isZero();
        gate.leave();
        assertThat(gate.enter(() -> false)).isTrue();
    }

    @Test
    void aHigherLimitLetsWaitingOnesIn() throws Exception {
        limits = limits.with(v -> v.maxConcurrentRequests(1).queueSize(2).queueTimeout(Duration.ofSeconds(30)));
        assertThat(gate.enter(() -> false)).isTrue();
        CountDownLatch in = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            Thread.ofVirtual().start(() -> {
                if (gate.enter(() -> false)) {
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
        assertThat(gate.enter(() -> false)).isTrue();
        AtomicInteger result = new AtomicInteger();
        Thread thread = Thread.ofVirtual().start(() -> {
            Thread.currentThread().interrupt();
            boolean entered = gate.enter(() -> false);
            result.set((entered ? 1 : 0) + (Thread.interrupted() ? 2 : 0));
        });
        Await.until("a place in the queue", () -> gate.queued() == 1);
        gate.leave();
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
                    if (!gate.enter(() -> false)) {
                        refused.incrementAndGet();
                        continue;
                    }
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    Thread.yield();
                    inside.decrementAndGet();
                    served.incrementAndGet();
                    gate.leave();
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
}
