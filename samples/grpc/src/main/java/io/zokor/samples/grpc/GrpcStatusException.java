package io.zokor.samples.grpc;

/** A call ends with a status other than OK. */
public class GrpcStatusException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int code;

    /**
     * Makes one.
     *
     * @param code the code, from 1 to 16
     * @param message what the client is told
     */
    public GrpcStatusException(int code, String message) {
        super(message);
        this.code = code;
    }

    int code() {
        return code;
    }
}
