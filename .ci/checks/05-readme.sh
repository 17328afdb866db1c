#!/bin/bash
# The programs in README.md compile and answer as they say.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh

work_dir
demo_libs "$WORK/lib"

# example NAME PORT: writes the program under "<!-- run: NAME -->", on another port than 8080.
example() {
    awk -v name="$1" '
        index($0, "<!-- run: " name " -->") { found = 1; next }
        found && /^```java/ { inside = 1; next }
        inside && /^```/ { exit }
        inside' README.md | sed "s/localhost:8080/localhost:$2/" >"$WORK/$1"
    [ -s "$WORK/$1" ] || fail "README.md has $1"
}

# answers NAME CLASS-PATH PATH EXPECTED
answers() {
    local port
    port=$(free_port)
    example "$1" "$port"
    in_background "$(java25)" -cp "$2" "$WORK/$1" >"$WORK/$1.log" 2>&1
    AWAITED_PID=${PIDS[-1]} await 30 curl -s -o /dev/null "http://localhost:$port/" || { cat "$WORK/$1.log" >&2; fail "$1 starts"; }
    equal "$1: GET $3" "$(curl -sS -m 5 "http://localhost:$port$3")" "$4"
}

answers Hello.java server/target/classes /hello/you 'Hello, you!'
answers Servlets.java "server/target/classes:servlet/target/classes:$WORK/lib/*" /hello/there 'Hello from /hello'
# talks NAME CLASS-PATH TEXT: a WebSocket that sends a text gets it back.
talks() {
    local port
    port=$(free_port)
    example "$1" "$port"
    in_background "$(java25)" -cp "$2" "$WORK/$1" >"$WORK/$1.log" 2>&1
    AWAITED_PID=${PIDS[-1]} await 30 curl -s -o /dev/null "http://localhost:$port/" || { cat "$WORK/$1.log" >&2; fail "$1 starts"; }
    equal "$1: $3" "$(python3 - "$port" "$3" <<'END'
import socket, sys
port, text = int(sys.argv[1]), sys.argv[2].encode()
with socket.create_connection(("localhost", port), 5) as peer:
    peer.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                 + bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text)
    got = b""
    while len(got.partition(b"\r\n\r\n")[2]) < 2 + len(text):
        got += peer.recv(4096) or sys.exit("the connection has ended after " + repr(got))
    print(got.partition(b"\r\n\r\n")[2][2:].decode())
END
)" "$3"
}

talks Chat.java server/target/classes 'Hello, you!'
check "Hello.java is short" [ "$(wc -l <"$WORK/Hello.java")" -le 12 ]

# shown SOURCE: README.md has the source, from its first class on, to the letter.
shown() {
    awk -v name="$1" '
        index($0, "<!-- source: " name " -->") { found = 1; next }
        found && /^```java/ { inside = 1; next }
        inside && /^```/ { exit }
        inside' README.md >"$WORK/shown"
    sed -n '/^class /,$p' "$1" >"$WORK/source"
    [ -s "$WORK/shown" ] && diff "$WORK/shown" "$WORK/source"
}

check "README.md shows GreetingTest as the build runs it" shown test/src/test/java/io/zokor/testing/example/GreetingTest.java
