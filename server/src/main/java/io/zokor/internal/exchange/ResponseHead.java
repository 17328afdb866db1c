package io.zokor.internal.exchange;

import io.zokor.http.Headers;

/**
 * Status and fields of a response, without framing and connection fields, which are the codec's.
 *
 * @param status 101 or 200 to 999
 * @param headers the fields; Content-Length is there only where it is to be sent
 */
public record ResponseHead(int status, Headers headers) {
}
