package io.zokor.internal.exchange;

import io.zokor.http.Headers;

/**
 * Status and fields of a response, without framing and connection fields, which are the codec's.
 *
 * @param status 101 or 200 to 999
 * @param headers the fields; Content-Length is there only where it is to be sent
 * @param last whether nothing more of the request is wanted: in HTTP/1 the connection ends with this response
 */
public record ResponseHead(int status, Headers headers, boolean last) {
}
