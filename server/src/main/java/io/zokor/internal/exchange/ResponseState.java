package io.zokor.internal.exchange;

/** Where a response is in its life. */
enum ResponseState {
    /** All of it can change. */
    OPEN,
    /** Its head has left for the codec. */
    COMMITTED,
    /** The handler has taken the connection. */
    HIJACKED,
    /** The handler serves another protocol. */
    UPGRADED,
    /** It was ended in the middle. */
    ABORTED,
    /** It is whole, or its exchange is over. */
    ENDED
}
