package io.zokor.internal.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

/** The ring against the plainest model of RFC 7541 section 4: a list with the newest in front. */
class DynamicTableTest {

    @Test
    void behavesAsAList() {
        Random random = new Random(4);
        for (int run = 0; run < 100; run++) {
            int max = random.nextInt(2000);
            DynamicTable table = new DynamicTable(max);
            List<String> model = new ArrayList<>();
            for (int step = 0; step < 200; step++) {
                if (random.nextInt(15) == 0) {
                    max = random.nextInt(2000);
                    table.maxBytes(max);
                    evict(model, max);
                } else {
                    String value = "v".repeat(random.nextInt(random.nextInt(10) == 0 ? 2000 : 20)) + step;
                    table.add("n", value);
                    evict(model, max - size(value));
                    if (size(value) <= max) {
                        model.add(0, value);
                    }
                }
                assertThat(table.count()).isEqualTo(model.size());
                assertThat(table.bytes()).isEqualTo(model.stream().mapToInt(DynamicTableTest::size).sum());
                for (int i = 0; i < model.size(); i++) {
                    assertThat(table.value(i + 1)).isSameAs(model.get(i));
                    assertThat(table.find("n", model.get(i))).isEqualTo(i + 1);
                }
                assertThat(table.find("n", "not there")).isZero();
            }
        }
    }

    private static void evict(List<String> model, int room) {
        while (!model.isEmpty() && model.stream().mapToInt(DynamicTableTest::size).sum() > room) {
            model.removeLast();
        }
    }

    private static int size(String value) {
        return 1 + value.length() + 32;
    }
}
