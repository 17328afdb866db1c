package io.zokor.spring.boot.reactive;

import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Has operators of Reactor work on the thread of an exchange. What they schedule runs even if they do not want it any more, and even
 * if the exchange is over: only so do they give back the buffers that they hold. Stateless apart from that exchange.
 */
final class ExchangeScheduler implements Scheduler {

    private final ReactiveExchange exchange;

    ExchangeScheduler(ReactiveExchange exchange) {
        this.exchange = exchange;
    }

    @Override
    public Disposable schedule(Runnable work) {
        // By the hooks, what belongs to the thread goes along, where the application wants that.
        exchange.execute(new Work(Schedulers.onSchedule(work)));
        return Disposables.never();
    }

    @Override
    public Worker createWorker() {
        return new Worker() {

            @Override
            public Disposable schedule(Runnable work) {
                return ExchangeScheduler.this.schedule(work);
            }

            @Override
            public void dispose() {
                // It has nothing of its own.
            }
        };
    }

    /** A piece of an operator's work. */
    private record Work(Runnable work) implements ExchangeTask {

        @Override
        public void run() {
            work.run();
        }

        @Override
        public void discard() {
            work.run();
        }
    }
}
