package io.zokor.samples.overload;

import java.util.concurrent.Semaphore;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Asks a store that answers as many questions at once as it has connections, each in the same time; further ones wait in the order of
 * their arrival, as for a pool of database connections. So the capacity is known, whatever the machine.
 */
@RestController
class StockController {

    private final Semaphore connections;
    private final long millis;

    /**
     * Makes the controller.
     *
     * @param connections how many questions the store answers at once
     * @param millis how long it takes for each
     */
    StockController(@Value("${store.connections}") int connections, @Value("${store.millis}") long millis) {
        this.connections = new Semaphore(connections, true);
        this.millis = millis;
    }

    record Stock(String item, int left) {
    }

    @GetMapping("/stock")
    Stock stock() throws InterruptedException {
        connections.acquire();
        try {
            Thread.sleep(millis);
        } finally {
            connections.release();
        }
        return new Stock("tea", 12);
    }
}
