/** Servers that are put under load without Spring, and microbenchmarks. */
@org.jspecify.annotations.NullMarked
package io.zokor.benchmarks;
