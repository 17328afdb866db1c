package io.zokor.internal.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.zokor.net.AddressRange;
import io.zokor.testing.Await;
import io.zokor.testing.LogCapture;

import org.junit.jupiter.api.Test;

/** The places of zokor.limits.max-per-client by themselves. */
class ClientPlacesTest {

    private static final AddressRange ONE = AddressRange.parse("192.0.2.1");

    private static final AddressRange TWO = AddressRange.parse("192.0.2.2");

    private final ClientPlaces places = new ClientPlaces("things");

    @Test
    void eachClientHasItsOwn() {
        assertThat(places.take(ONE, 2)).isTrue();
        assertThat(places.take(ONE, 2)).isTrue();
        assertThat(places.take(ONE, 2)).isFalse();
        assertThat(places.take(TWO, 2)).isTrue();
        assertThat(places.most()).isEqualTo(2);
        places.giveBack(ONE);
        assertThat(places.take(ONE, 2)).isTrue();
    }

    @Test
    void nothingIsKeptOfAClientThatHasNone() {
        for (int i = 0; i < 1000; i++) {
            AddressRange client = AddressRange.parse("10.0." + i / 250 + "." + i % 250);
            assertThat(places.take(client, 1)).isTrue();
            assertThat(places.clients()).isEqualTo(1);
            places.giveBack(client);
        }
        assertThat(places.clients()).isZero();
        assertThat(places.most()).isZero();
    }

    @Test
    void whatWasNotTakenIsNotGivenBack() {
        assertThatIllegalStateException().isThrownBy(() -> places.giveBack(ONE));
    }

    @Test
    void aRefusalIsLoggedOnceAMinuteWithTheProperty() {
        try (LogCapture log = LogCapture.server()) {
            places.take(ONE, 1);
            places.take(ONE, 1);
            places.take(ONE, 1);
            assertThat(log.warnings()).singleElement().asString().contains("192.0.2.1", "1 things",
                    "zokor.limits.max-per-client");
        }
    }

    @Test
    void manyThreadsNeverHaveMoreAndLeaveNothing() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int n = 0; n < 20_000; n++) {
                    if (places.take(ONE, 3)) {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        inside.decrementAndGet();
                        places.giveBack(ONE);
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            assertThat(thread.join(Await.BOUND)).isTrue();
        }
        assertThat(most.get()).isLessThanOrEqualTo(3);
        assertThat(places.clients()).isZero();
    }
}
