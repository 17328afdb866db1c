package io.zokor.internal.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

/** Whose turn it is. */
class WaitingLinesTest {

    private final WaitingLines<String, String> lines = new WaitingLines<>();

    private void add(String... who) {
        for (String name : who) {
            lines.add(name.substring(0, 1), name);
        }
    }

    private List<String> all() {
        List<String> order = new ArrayList<>();
        for (String next = lines.next(); next != null; next = lines.next()) {
            order.add(next);
        }
        assertThat(lines.size()).isZero();
        return order;
    }

    @Test
    void ofOneClientItIsAQueue() {
        add("a1", "a2", "a3");
        assertThat(all()).containsExactly("a1", "a2", "a3");
    }

    @Test
    void clientsTakeTurns() {
        add("a1", "a2", "a3", "b1", "c1", "c2");
        assertThat(all()).containsExactly("a1", "b1", "c1", "a2", "c2", "a3");
    }

    @Test
    void whoComesBackIsBehindThoseWhoWait() {
        add("a1", "b1", "b2");
        assertThat(lines.next()).isEqualTo("a1");
        add("a2");
        assertThat(all()).containsExactly("b1", "a2", "b2");
    }

    @Test
    void whoLeavesIsPassedOver() {
        add("a1", "a2", "b1", "c1");
        lines.remove("a", "a1");
        lines.remove("b", "b1");
        lines.remove("b", "b1");
        assertThat(lines.size()).isEqualTo(2);
        assertThat(all()).containsExactly("a2", "c1");
    }

    @Test
    void theLastOneOfTheLongestLineMakesRoom() {
        add("a1", "b1", "b2", "b3", "c1", "c2");
        assertThat(lines.displace("d")).isEqualTo("b3");
        assertThat(lines.displace("a")).as("a would have no less than the others").isNull();
        assertThat(lines.displace("d")).isEqualTo("b2");
        assertThat(lines.displace("d")).isEqualTo("c2");
        assertThat(lines.displace("d")).isNull();
        assertThat(all()).containsExactly("a1", "b1", "c1");
    }

    @Test
    void noOneMakesRoomForMoreOfItsOwn() {
        add("a1", "a2", "a3", "b1", "b2");
        assertThat(lines.displace("a")).isNull();
        assertThat(lines.displace("b")).isNull();
    }

    @Test
    void inAnEmptyOneNobodyIsNextOrMakesRoom() {
        assertThat(lines.next()).isNull();
        assertThat(lines.displace("a")).isNull();
    }
}
