# Sourced by .ci/run and by the checks.

# Without a locale whose encoding is UTF-8, a JVM opens no file in a folder whose name has letters beyond ASCII.
if [ "$(locale charmap 2>/dev/null)" != UTF-8 ]; then
    export LC_ALL=C.UTF-8
fi

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

# await SECONDS COMMAND...: repeats the command until it succeeds; fails when that takes too long, or when AWAITED_PID is
# set and that process has ended.
await() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ -z "${AWAITED_PID:-}" ] || kill -0 "$AWAITED_PID" 2>/dev/null || return 1
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

# java25: prints the path of a JDK 25's java; the one on the PATH may be older.
java25() {
    local home
    for home in "${JAVA25_HOME:-}" "${JAVA_HOME:-}" "$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")" \
        /usr/lib/jvm/* /opt/* /opt/java/* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/*; do
        if grep -q '^JAVA_VERSION="25' "$home/release" 2>/dev/null && [ -x "$home/bin/java" ]; then
            echo "$home/bin/java"
            return
        fi
    done
    echo "no JDK 25 found" >&2
    return 1
}

# free_port: prints a port of the loopback address that nobody listens on now.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# pass TEXT: says that something was checked. check TEXT COMMAND...: runs the command and says so, or fails.
pass() {
    echo "ok    $*"
}

fail() {
    echo "FAIL  $*" >&2
    return 1
}

check() {
    local text=$1
    shift
    if "$@"; then pass "$text"; else fail "$text"; fi
}

# equal TEXT ACTUAL EXPECTED
equal() {
    [ "$2" = "$3" ] && pass "$1: $2" || fail "$1: expected $3, got $2"
}

# work_dir: makes a directory that ends with the script, and puts its name into WORK.
work_dir() {
    WORK=$(mktemp -d "${TMPDIR:-/tmp}/zokor-check.XXXXXX")
    trap 'stop_background; rm -rf "$WORK"' EXIT
}

# demo_jar: prints the path of the demo application's executable jar.
demo_jar() {
    local jar
    jar=$(ls demo-app/target/zokor-demo-app-*.jar 2>/dev/null | grep -v -e sources -e javadoc -e tests | head -n 1)
    [ -n "$jar" ] || { echo "no demo-app jar: run ./mvnw verify first" >&2; return 1; }
    echo "$jar"
}

# sample_jar NAME: prints the path of a sample application's executable jar.
sample_jar() {
    local jar
    jar=$(ls "samples/$1/target/zokor-sample-$1"-*.jar 2>/dev/null | head -n 1)
    [ -n "$jar" ] || { echo "no jar of the sample $1: run ./mvnw verify first" >&2; return 1; }
    echo "$jar"
}

# start_app LOG ARGUMENT...: starts an application in the background with a JDK 25's java, and waits until its log says that
# Zokor listens on all of its ports and the application is up.
start_app() {
    local log=$1
    shift
    in_background "$(java25)" "$@" >"$log" 2>&1
    AWAITED_PID=${PIDS[-1]} await 120 grep -q ' : Started [A-Za-z]* in ' "$log" || { tail -n 50 "$log" >&2; fail "$* starts"; }
}

# gone PID: has the process ended?
gone() {
    ! kill -0 "$1" 2>/dev/null
}

# demo_libs DIRECTORY: unpacks what the demo application depends on, but our own jars, into the directory.
demo_libs() {
    python3 - "$(demo_jar)" "$1" <<'END'
import os, sys, zipfile
jar, to = sys.argv[1:]
os.makedirs(to)
with zipfile.ZipFile(jar) as z:
    for name in z.namelist():
        base = os.path.basename(name)
        if name.startswith("BOOT-INF/lib/") and base.endswith(".jar") and not base.startswith("zokor-"):
            with open(os.path.join(to, base), "wb") as out:
                out.write(z.read(name))
END
}

# http_ready URL: does it answer 200?
http_ready() {
    curl -fsS -o /dev/null -m 2 "$1"
}

# metric URL NAME: the sum of a Prometheus metric over all its series; 0 if there is none.
metric() {
    curl -fsS -m 10 "$1" | awk -v name="$2" '
        index($0, name) == 1 && substr($0, length(name) + 1, 1) ~ /[{ ]/ { sum += $NF } END { printf "%.0f\n", sum }'
}
