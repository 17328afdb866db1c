/** The WebFlux application that is compared on Zokor, Tomcat and reactor-netty. */
@org.jspecify.annotations.NullMarked
package io.zokor.benchmarks.webflux;
