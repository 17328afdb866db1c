package io.zokor.internal.exchange;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

import io.zokor.config.Compression;
import io.zokor.http.HeaderSyntax;
import io.zokor.http.Headers;

import org.jspecify.annotations.Nullable;

/** Whether a response is compressed (RFC 9110 sections 8.4 and 12.5.3). Stateless, pure. */
final class CompressionRule {

    private CompressionRule() {
    }

    /**
     * Applies the rule to a head: says that the response varies, and that it is compressed.
     *
     * @param request the request
     * @param status status of the response
     * @param response its fields; changed
     * @param length bytes that a GET would get with status 200, -1 where unknown
     * @return whether the content is to be compressed
     */
    static boolean apply(Compression config, RequestHead request, int status, Headers response, long length) {
        if (!varies(config, status, response, length) || request.method().equals("CONNECT")) {
            return false;
        }
        if (!response.containsToken("Vary", "Accept-Encoding") && !response.containsToken("Vary", "*")) {
            response.add("Vary", "Accept-Encoding");
        }
        if (!accepted(config, request.headers())) {
            return false;
        }
        if (!eligible(config, status, response, length)) {
            if (status == 304) {
                // The 200 would not have had this length (RFC 9110 section 8.6).
                response.remove("Content-Length");
            }
            return false;
        }
        response.remove("Content-Length");
        response.remove("Accept-Ranges");
        response.set("Content-Encoding", "gzip");
        return true;
    }

    /**
     * Whether the response is of a kind that is compressed for clients that accept it.
     *
     * @param length bytes of the body, -1 where unknown
     */
    static boolean eligible(Compression config, int status, Headers response, long length) {
        return status != 206 && status != 304 && !response.contains("Content-Range")
                && varies(config, status, response, length);
    }

    /**
     * Whether the response is compressed for clients that accept it, or stands for one that is, so that caches must be told by Vary: a
     * 304 and a 206 have the Vary that the 200 would have had (RFC 9110 sections 15.4.5 and 15.3.7). What those do not say of the 200,
     * its type or its length, is taken as if it were compressed: too much Vary costs a cache a little, too little serves wrong bytes.
     *
     * @param length bytes that a GET would get with status 200, -1 where unknown
     */
    static boolean varies(Compression config, int status, Headers response, long length) {
        if (!config.enabled() || status < 200 || status == 204 || status == 205
                || length >= 0 && length < config.minResponseSize()) {
            return false;
        }
        if (response.contains("Content-Encoding") || response.containsToken("Cache-Control", "no-transform")) {
            return false;
        }
        boolean stands = status == 206 || status == 304;
        if (!stands && response.contains("Content-Range")) {
            return false;
        }
        String etag = response.get("ETag");
        if (etag != null && !etag.startsWith("W/")) {
            // A strong validator promises these very bytes.
            return false;
        }
        String type = response.get("Content-Type");
        if (stands && (type == null || type.regionMatches(true, 0, "multipart/byteranges", 0, 20))) {
            return true;
        }
        return type != null && matches(config.mimeTypes(), type);
    }

    static boolean accepted(Compression config, Headers request) {
        String agent = request.get("User-Agent");
        if (agent != null) {
            for (Pattern excluded : config.excludedUserAgents()) {
                if (excluded.matcher(agent).find()) {
                    return false;
                }
            }
        }
        return acceptsGzip(request.all("Accept-Encoding"));
    }

    static boolean acceptsGzip(List<String> fields) {
        @Nullable Boolean any = null;
        for (String field : fields) {
            for (String member : field.split(",", -1)) {
                String[] parts = member.split(";", -1);
                String coding = parts[0].strip().toLowerCase(Locale.ROOT);
                boolean wanted = parts.length < 2 || weight(parts[1]) > 0;
                if (coding.equals("gzip") || coding.equals("x-gzip")) {
                    return wanted;
                }
                if (coding.equals("*")) {
                    any = wanted;
                }
            }
        }
        return any != null && any;
    }

    private static double weight(String parameter) {
        String text = parameter.strip();
        if (!text.regionMatches(true, 0, "q=", 0, 2)) {
            return 1;
        }
        try {
            return Double.parseDouble(text.substring(2).strip());
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static boolean matches(List<String> types, String contentType) {
        int semicolon = contentType.indexOf(';');
        String type = (semicolon < 0 ? contentType : contentType.substring(0, semicolon)).strip();
        int slash = type.indexOf('/');
        if (slash < 0 || !HeaderSyntax.isToken(type.substring(0, slash))
                || !HeaderSyntax.isToken(type.substring(slash + 1))) {
            return false;
        }
        for (String candidate : types) {
            if (candidate.equalsIgnoreCase(type) || candidate.endsWith("/*")
                    && candidate.regionMatches(true, 0, type, 0, candidate.length() - 1)) {
                return true;
            }
        }
        return false;
    }
}
