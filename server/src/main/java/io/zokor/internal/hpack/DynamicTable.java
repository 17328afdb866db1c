package io.zokor.internal.hpack;

import org.jspecify.annotations.Nullable;

/**
 * The dynamic table (RFC 7541 section 2.3.2): a ring, in which the newest entry has the index 1. Belongs to its encoder or decoder;
 * takes no memory before its first entry, and never more than the limit allows: 128 entries for 4,096 bytes.
 */
final class DynamicTable {

    /** What an entry counts beyond its name and value (section 4.1). */
    static final int ENTRY_OVERHEAD = 32;

    private static final int FIRST_SLOTS = 16;

    private static final @Nullable String[] NONE = {};

    /** Name and value side by side; the number of slots is a power of two. */
    private @Nullable String[] ring = NONE;

    /** The slot that the next entry takes. */
    private int next;

    private int count;

    private int bytes;

    private int maxBytes;

    DynamicTable(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    int count() {
        return count;
    }

    /** {@return the sum of the entries' sizes (section 4.1)} */
    int bytes() {
        return bytes;
    }

    int maxBytes() {
        return maxBytes;
    }

    /** Changes the limit; what does not fit any more goes (section 4.3). */
    void maxBytes(int max) {
        maxBytes = max;
        evict(max);
    }

    /** {@return an entry's name} @param index from 1, the newest, to {@link #count} */
    String name(int index) {
        return at(2 * slot(index));
    }

    /** {@return an entry's value} @param index from 1, the newest, to {@link #count} */
    String value(int index) {
        return at(2 * slot(index) + 1);
    }

    /**
     * Adds an entry as the newest. One that is larger than the table empties it, and is not there afterwards (section 4.4).
     *
     * @param name the name; may be that of an entry that has to go for it
     * @param value the value
     */
    void add(String name, String value) {
        int size = size(name, value);
        evict(maxBytes - size);
        if (size > maxBytes) {
            return;
        }
        int slots = ring.length / 2;
        if (count == slots) {
            grow(Math.max(FIRST_SLOTS, slots * 2));
            slots = ring.length / 2;
        }
        ring[2 * next] = name;
        ring[2 * next + 1] = value;
        next = next + 1 & slots - 1;
        count++;
        bytes += size;
    }

    /**
     * Looks for an entry.
     *
     * @param name the name: the very object, as all names are one object each where this is used
     * @param value the value
     * @return its index, or 0
     */
    @SuppressWarnings("ReferenceEquality") // as said
    int find(String name, String value) {
        for (int index = 1; index <= count; index++) {
            if (name(index) == name && value(index).equals(value)) {
                return index;
            }
        }
        return 0;
    }

    /** {@return what an entry counts (section 4.1)} */
    static int size(String name, String value) {
        return name.length() + value.length() + ENTRY_OVERHEAD;
    }

    private void evict(int room) {
        while (count > 0 && bytes > room) {
            int slot = slot(count);
            bytes -= size(at(2 * slot), at(2 * slot + 1));
            ring[2 * slot] = null;
            ring[2 * slot + 1] = null;
            count--;
        }
    }

    private void grow(int slots) {
        @Nullable String[] larger = new @Nullable String[2 * slots];
        int first = count == 0 ? 0 : slot(count);
        int tail = Math.min(2 * count, ring.length - 2 * first);
        System.arraycopy(ring, 2 * first, larger, 0, tail);
        System.arraycopy(ring, 0, larger, tail, 2 * count - tail);
        ring = larger;
        next = count;
    }

    private int slot(int index) {
        return next - index & ring.length / 2 - 1;
    }

    private String at(int i) {
        String text = ring[i];
        if (text == null) {
            throw new IllegalStateException("no such entry");
        }
        return text;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int index = 1; index <= count; index++) {
            text.append(name(index)).append(": ").append(value(index)).append('\n');
        }
        return text.toString();
    }
}
