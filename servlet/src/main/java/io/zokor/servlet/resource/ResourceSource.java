package io.zokor.servlet.resource;

import java.io.Closeable;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A tree of static resources. Any thread may use it. Paths begin with a slash and have no empty and no dot segments; those of
 * directories may end with a slash.
 */
interface ResourceSource extends Closeable {

    /** Finds a file or directory; a path that ends with a slash finds directories alone. */
    @Nullable
    StaticResource find(String path);

    /** Adds the paths of what is directly in a directory, whose path ends with a slash; those of directories do too. */
    void addChildren(String directory, Set<String> paths);
}
