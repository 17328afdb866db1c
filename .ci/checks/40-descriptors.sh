#!/bin/bash
# More clients than the process has file descriptors: accepting is retried, and service comes back when they leave.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh

DESCRIPTORS=160
CLIENTS=400

limited_demo() {
    # The hard limit: a JVM raises its soft one up to it.
    ulimit -Sn "$DESCRIPTORS"
    ulimit -Hn "$DESCRIPTORS"
    exec "$(java25)" -Xmx256m -jar "$(demo_jar)" "--server.port=$port"
}

work_dir
port=$(free_port)
url=http://127.0.0.1:$port
in_background limited_demo >"$WORK/demo.log" 2>&1
demo=${PIDS[-1]}
AWAITED_PID=$demo await 90 http_ready "$url/actuator/health/readiness" || { tail -n 50 "$WORK/demo.log" >&2; fail "the demo starts"; }
equal "hard limit of file descriptors" "$(awk '/^Max open files/ { print $5 }' "/proc/$demo/limits")" "$DESCRIPTORS"
# What is loaded on first use has its descriptors now.
for path in / /api/items /actuator/prometheus; do
    http_ready "$url$path"
done
equal "accept retries before" "$(metric "$url/actuator/prometheus" zokor_accept_retries_total)" 0

python3 - "$port" "$CLIENTS" "$demo" <<'END'
import os, resource, socket, sys, time
port, clients, pid = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (clients + 100,) + resource.getrlimit(resource.RLIMIT_NOFILE)[1:])
held = []
for _ in range(clients):
    s = socket.create_connection(("127.0.0.1", port), 5)
    # Half a head: neither idle, so that it is not closed to make room, nor served.
    s.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
    held.append(s)
time.sleep(4)
used = len(os.listdir(f"/proc/{pid}/fd"))
print(f"ok    {clients} clients hold connections, the server has {used} descriptors open")
for s in held:
    s.close()
start = time.monotonic()
answer = b""
with socket.create_connection(("127.0.0.1", port), 5) as s:
    s.settimeout(5)
    s.sendall(b"GET /api/items?limit=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    while chunk := s.recv(65536):
        answer += chunk
took = time.monotonic() - start
assert answer.startswith(b"HTTP/1.1 200 "), answer[:200]
assert took < 1.5, f"served {took:.2f} s after the clients left"
print(f"ok    served {took:.2f} s after the clients left")
END

retries=$(metric "$url/actuator/prometheus" zokor_accept_retries_total)
# 5, 10, 20 ... 640 ms are eight pauses in 1.3 s, then one a second: eleven or so in four seconds.
check "accept retries: $retries, so the pauses grow" [ "$retries" -ge 5 -a "$retries" -le 40 ]
equal "log entries of accept errors" "$(grep -c 'Accept error: .*; retrying in 5ms' "$WORK/demo.log")" 1
equal "  and no others" "$(grep -c 'Accept error' "$WORK/demo.log")" 1
equal "other errors in the log" "$(grep -c ' ERROR ' "$WORK/demo.log" || true)" 0
check "still serves" http_ready "$url/actuator/health/readiness"
