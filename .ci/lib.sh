# Sourced by .ci/run and by the checks.

# need_package PACKAGE [COMMAND]: installs the Debian package unless the command (default: its name) is there.
need_package() {
    local package=$1 command=${2:-$1}
    command -v "$command" >/dev/null 2>&1 && return
    if [ -z "${APT_UPDATED:-}" ]; then
        apt-get update -q >/dev/null
        export APT_UPDATED=1
    fi
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$package" >/dev/null
}

# await SECONDS COMMAND...: repeats the command until it succeeds; fails when that takes too long.
await() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.1
    done
}

PIDS=()

# in_background COMMAND...: starts it and remembers its process, which ends with the script at the latest.
in_background() {
    "$@" &
    PIDS+=("$!")
}

stop_background() {
    local pid
    for pid in "${PIDS[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    PIDS=()
}
trap stop_background EXIT
