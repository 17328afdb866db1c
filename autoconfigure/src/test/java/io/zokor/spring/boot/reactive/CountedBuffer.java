package io.zokor.spring.boot.reactive;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferWrapper;
import org.springframework.core.io.buffer.PooledDataBuffer;

/** A buffer that is counted until it is released, which must happen once. */
final class CountedBuffer extends DataBufferWrapper implements PooledDataBuffer {

    private final AtomicInteger live;
    private final AtomicBoolean allocated = new AtomicBoolean(true);

    CountedBuffer(DataBuffer delegate, AtomicInteger live) {
        super(delegate);
        this.live = live;
        live.incrementAndGet();
    }

    @Override
    public boolean isAllocated() {
        return allocated.get();
    }

    @Override
    public CountedBuffer retain() {
        return this;
    }

    @Override
    public CountedBuffer touch(Object hint) {
        return this;
    }

    @Override
    public boolean release() {
        if (!allocated.compareAndSet(true, false)) {
            throw new IllegalStateException("released twice");
        }
        live.decrementAndGet();
        return true;
    }
}
