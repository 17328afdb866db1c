package io.zokor.servlet.mapping;

/** What becomes of an encoded slash, {@code %2F}, in a path; {@code zokor.uri.encoded-slash}. */
public enum EncodedSlash {

    /** The request is refused with 400, as Servlet 6.1 section 3.5.2 has it. */
    REJECT,

    /**
     * It stays encoded, and so do percent signs ({@code %25}), so that every canonical path still has one meaning (Servlet 6.1
     * section 3.5.2, step 8).
     */
    PRESERVE
}
