/** A sample: gRPC by a servlet, beside the pages of the same application. */
@NullMarked
package io.zokor.samples.grpc;

import org.jspecify.annotations.NullMarked;
