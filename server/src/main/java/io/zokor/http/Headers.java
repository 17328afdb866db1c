package io.zokor.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

/**
 * Fields of a header or trailer section in the order they came or were added (RFC 9110 section 5). Names are compared without
 * regard to case and kept as given. Not safe for use by several threads while one changes it.
 *
 * <p>
 * Two parallel runs of an array rather than a map of lists: a request has a dozen fields, and comparing lengths first makes a
 * walk over them cheaper than hashing a name.
 */
public final class Headers {

    private static final int INITIAL = 16;

    private static final @Nullable String[] EMPTY = {};

    /** Names at even places, values at odd ones; shared and empty until the first field is added. */
    private @Nullable String[] fields;

    /** Places used: twice the number of fields. */
    private int end;

    private boolean sealed;

    /** Makes an empty section. */
    public Headers() {
        this.fields = EMPTY;
    }

    /**
     * Makes a copy that can be changed.
     *
     * @param other what to copy
     */
    public Headers(Headers other) {
        this.fields = Arrays.copyOf(other.fields, Math.max(INITIAL, other.end));
        this.end = other.end;
    }

    /** {@return how many fields there are; one that is repeated counts each time} */
    public int size() {
        return end >> 1;
    }

    /** {@return whether there is no field} */
    public boolean isEmpty() {
        return end == 0;
    }

    /**
     * The name of a field.
     *
     * @param index 0 to {@link #size()} - 1
     * @return its name as given
     */
    public String name(int index) {
        return at(index << 1);
    }

    /**
     * The value of a field.
     *
     * @param index 0 to {@link #size()} - 1
     * @return its value
     */
    public String value(int index) {
        return at((index << 1) + 1);
    }

    /**
     * The first value of a field.
     *
     * @param name its name
     * @return the value, or {@code null} where there is no such field
     */
    public @Nullable String get(String name) {
        int i = indexOf(name, 0);
        return i < 0 ? null : at(i + 1);
    }

    /**
     * All values of a field, one for each time it is there.
     *
     * @param name its name
     * @return the values in order, empty where there is no such field; the list cannot be changed
     */
    public List<String> all(String name) {
        int i = indexOf(name, 0);
        if (i < 0) {
            return Collections.emptyList();
        }
        int next = indexOf(name, i + 2);
        if (next < 0) {
            return Collections.singletonList(at(i + 1));
        }
        List<String> values = new ArrayList<>();
        for (; i >= 0; i = indexOf(name, i + 2)) {
            values.add(at(i + 1));
        }
        return Collections.unmodifiableList(values);
    }

    /**
     * How many times a field is there.
     *
     * @param name its name
     * @return the number of its lines, at least 0
     */
    public int count(String name) {
        int count = 0;
        for (int i = indexOf(name, 0); i >= 0; i = indexOf(name, i + 2)) {
            count++;
        }
        return count;
    }

    /**
     * Whether there is such a field.
     *
     * @param name its name
     * @return whether there is at least one
     */
    public boolean contains(String name) {
        return indexOf(name, 0) >= 0;
    }

    /**
     * Whether a field that is a list of tokens holds one, in any of its lines.
     *
     * @param name name of the field
     * @param token the token, compared without regard to case
     * @return whether it is there
     */
    public boolean containsToken(String name, String token) {
        for (int i = indexOf(name, 0); i >= 0; i = indexOf(name, i + 2)) {
            if (HeaderSyntax.listContains(at(i + 1), token)) {
                return true;
            }
        }
        return false;
    }

    /** {@return the names in order of their first appearance, each once, spelt as it came first} */
    public List<String> names() {
        List<String> names = new ArrayList<>(size());
        for (int i = 0; i < end; i += 2) {
            String name = at(i);
            if (indexOf(name, 0) == i) {
                names.add(name);
            }
        }
        return names;
    }

    /**
     * Sets a field to one value, in the place of its first appearance or at the end.
     *
     * @param name its name, a token
     * @param value its value, without control characters other than tab
     * @return this
     * @throws IllegalArgumentException if name or value break the grammar; the value is not part of the message
     * @throws UnsupportedOperationException if this is read-only
     */
    public Headers set(String name, String value) {
        checkOpen();
        check(name, value);
        int i = indexOf(name, 0);
        if (i < 0) {
            append(name, value);
            return this;
        }
        fields[i] = name;
        fields[i + 1] = value;
        removeFrom(name, i + 2);
        return this;
    }

    /**
     * Adds a field at the end.
     *
     * @param name its name, a token
     * @param value its value, without control characters other than tab
     * @return this
     * @throws IllegalArgumentException if name or value break the grammar; the value is not part of the message
     * @throws UnsupportedOperationException if this is read-only
     */
    public Headers add(String name, String value) {
        checkOpen();
        check(name, value);
        append(name, value);
        return this;
    }

    /**
     * Removes all fields of a name.
     *
     * @param name the name
     * @return whether there was one
     * @throws UnsupportedOperationException if this is read-only
     */
    public boolean remove(String name) {
        checkOpen();
        int i = indexOf(name, 0);
        if (i < 0) {
            return false;
        }
        removeFrom(name, i);
        return true;
    }

    /**
     * Removes all fields.
     *
     * @throws UnsupportedOperationException if this is read-only
     */
    public void clear() {
        checkOpen();
        Arrays.fill(fields, 0, end, null);
        end = 0;
    }

    /**
     * Makes this instance read-only for good.
     *
     * @return this
     */
    public Headers seal() {
        sealed = true;
        return this;
    }

    /**
     * Calls an action with name and value of each field, in order.
     *
     * @param action what to do
     */
    public void forEach(BiConsumer<String, String> action) {
        for (int i = 0; i < end; i += 2) {
            action.accept(at(i), at(i + 1));
        }
    }

    /** {@return the names alone: values may be secrets} */
    @Override
    public String toString() {
        return "Headers" + names();
    }

    private String at(int place) {
        if (place >= end) {
            throw new IndexOutOfBoundsException(place >> 1);
        }
        String text = fields[place];
        if (text == null) {
            throw new AssertionError("places below the end are filled");
        }
        return text;
    }

    private int indexOf(String name, int from) {
        int length = name.length();
        for (int i = from; i < end; i += 2) {
            String candidate = fields[i];
            if (candidate == name
                    || candidate != null && candidate.length() == length && candidate.equalsIgnoreCase(name)) {
                return i;
            }
        }
        return -1;
    }

    private void append(String name, String value) {
        if (end == fields.length) {
            fields = Arrays.copyOf(fields, Math.max(INITIAL, end * 2));
        }
        fields[end] = name;
        fields[end + 1] = value;
        end += 2;
    }

    private void removeFrom(String name, int from) {
        int to = from;
        for (int i = from; i < end; i += 2) {
            String candidate = at(i);
            if (!candidate.equalsIgnoreCase(name)) {
                fields[to] = candidate;
                fields[to + 1] = fields[i + 1];
                to += 2;
            }
        }
        Arrays.fill(fields, to, end, null);
        end = to;
    }

    private void checkOpen() {
        if (sealed) {
            throw new UnsupportedOperationException("these fields are read-only");
        }
    }

    private static void check(String name, String value) {
        if (!HeaderSyntax.isToken(name)) {
            throw new IllegalArgumentException("not a field name (RFC 9110 section 5.1), " + name.length()
                    + " characters: a name is a token");
        }
        if (!HeaderSyntax.isFieldValue(value)) {
            throw new IllegalArgumentException(
                    "the value of field " + name + " holds a control character (RFC 9110 section 5.5)");
        }
    }
}
