/** The application that is compared on Zokor, Tomcat and Jetty. */
@org.jspecify.annotations.NullMarked
package io.zokor.benchmarks.app;
