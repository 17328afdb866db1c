# Sourced by the conformance checks, after lib.sh.

# conformance NAME CLASS-PATH MAIN-CLASS: starts the server that main class makes and has both benches judge it. Its arguments
# are those of io.zokor.testing.ConformanceServer.
conformance() {
    local name=$1 classpath=$2 main=$3 failed=0
    local shared=${ZOKOR_SHARED:-../shared}
    if [ ! -f "$shared/conformance/http1/run.py" ]; then
        echo "!!! $name NOT CHECKED: the benches are not there ($shared/conformance beside the checkout; ZOKOR_SHARED moves it)" >&2
        # Where somebody says where they are, they must be there.
        [ -z "${ZOKOR_SHARED:-}" ]
        return
    fi
    [ -n "${WORK:-}" ] || work_dir
    # The default limits, as the cases take up to 3 s.
    start_server "$classpath" "$main" 0 -1
    python3 "$shared/conformance/http1/run.py" --port "$HTTP_PORT" && pass "$name: HTTP/1 cases" \
        || { fail "$name: HTTP/1 cases" || failed=1; }
    stop_background
    start_server "$classpath" "$main" 0 0 3
    python3 "$shared/conformance/hostile/run.py" --port "$HTTP_PORT" --tls-port "$HTTPS_PORT" -T 3 --pid "$SERVER_PID" \
        && pass "$name: hostile clients" || { fail "$name: hostile clients" || failed=1; }
    stop_background
    [ "$failed" -eq 0 ] || tail -n 50 "$WORK/server.log" >&2
    return "$failed"
}

# start_server CLASS-PATH MAIN-CLASS ARGUMENTS...: sets HTTP_PORT, HTTPS_PORT and SERVER_PID.
start_server() {
    local classpath=$1 main=$2
    shift 2
    in_background "$(java25)" -Xmx512m ${SERVER_JAVA_OPTIONS:-} -cp "$classpath" "$main" "$@" >"$WORK/server.log" 2>&1
    SERVER_PID=${PIDS[-1]}
    await 20 grep -q '^http ' "$WORK/server.log" || { cat "$WORK/server.log" >&2; return 1; }
    [ "${2:-}" = -1 ] || await 20 grep -q '^https ' "$WORK/server.log" || { cat "$WORK/server.log" >&2; return 1; }
    HTTP_PORT=$(sed -n 's/^http .*:\([0-9]*\)$/\1/p' "$WORK/server.log")
    HTTPS_PORT=$(sed -n 's/^https .*:\([0-9]*\)$/\1/p' "$WORK/server.log")
}

# websocket_conformance NAME CLASS-PATH MAIN-CLASS [CASES]: the same with the benches of WebSockets; of the cases those whose names match.
websocket_conformance() {
    local name=$1 classpath=$2 main=$3 cases=${4:-.} failed=0
    # The bench looks at the process's memory: it is to see what sessions hold, not 200 MB of garbage that G1 has not looked at yet.
    local SERVER_JAVA_OPTIONS=-Xmn64m
    local shared=${ZOKOR_SHARED:-../shared}
    if [ ! -f "$shared/conformance/websocket/run.py" ]; then
        echo "!!! $name NOT CHECKED: the benches are not there ($shared/conformance beside the checkout; ZOKOR_SHARED moves it)" >&2
        [ -z "${ZOKOR_SHARED:-}" ]
        return
    fi
    [ -n "${WORK:-}" ] || work_dir
    start_server "$classpath" "$main" 0 -1
    python3 "$shared/conformance/websocket/run.py" --only "$cases" --port "$HTTP_PORT" && pass "$name: WebSocket cases" \
        || { fail "$name: WebSocket cases" || failed=1; }
    stop_background
    start_server "$classpath" "$main" 0 -1 3
    python3 "$shared/conformance/websocket/hostile.py" --port "$HTTP_PORT" -T 3 --pid "$SERVER_PID" \
        && pass "$name: hostile WebSocket clients" || { fail "$name: hostile WebSocket clients" || failed=1; }
    stop_background
    [ "$failed" -eq 0 ] || tail -n 50 "$WORK/server.log" >&2
    return "$failed"
}

# http2_hostile SHARED SCENARIOS
http2_hostile() {
    python3 "$1/conformance/http2/hostile.py" --only "$2" --port "$HTTP_PORT" --tls-port "$HTTPS_PORT" -T 3 --pid "$SERVER_PID"
}

# http2_cases NAME CLASS-PATH MAIN-CLASS: the cases of raw HTTP/2 frames.
http2_cases() {
    local name=$1 classpath=$2 main=$3 failed=0
    local shared=${ZOKOR_SHARED:-../shared}
    if [ ! -f "$shared/conformance/http2/run.py" ]; then
        echo "!!! $name NOT CHECKED: the benches are not there ($shared/conformance beside the checkout; ZOKOR_SHARED moves it)" >&2
        [ -z "${ZOKOR_SHARED:-}" ]
        return
    fi
    [ -n "${WORK:-}" ] || work_dir
    start_server "$classpath" "$main" 0 0
    python3 "$shared/conformance/http2/run.py" --port "$HTTP_PORT" --tls-port "$HTTPS_PORT" && pass "$name: HTTP/2 cases" \
        || { fail "$name: HTTP/2 cases" || failed=1; }
    stop_background
    [ "$failed" -eq 0 ] || tail -n 50 "$WORK/server.log" >&2
    return "$failed"
}

# http2_conformance NAME CLASS-PATH MAIN-CLASS: the cases, and the hostile clients.
http2_conformance() {
    local name=$1 classpath=$2 main=$3 failed=0
    local shared=${ZOKOR_SHARED:-../shared}
    http2_cases "$@" || failed=1
    [ -f "$shared/conformance/http2/hostile.py" ] || return "$failed"
    start_server "$classpath" "$main" 0 0 3
    http2_hostile "$shared" '.' | tee "$WORK/hostile.log" && pass "$name: hostile HTTP/2 clients" || {
        # As run.py does with its cases: the bench itself is late where the machine has no time for it.
        local again
        again=$(sed -n 's/^FAIL *\([a-z0-9_]*\) .*/\1/p' "$WORK/hostile.log" | paste -sd '|')
        echo "again: $again"
        [ -n "$again" ] && http2_hostile "$shared" "^($again)$" && pass "$name: hostile HTTP/2 clients, some of them run again" \
            || { fail "$name: hostile HTTP/2 clients" || failed=1; }
    }
    stop_background
    [ "$failed" -eq 0 ] || tail -n 50 "$WORK/server.log" >&2
    return "$failed"
}
