#!/bin/bash
# SIGTERM with requests in flight: they end, nobody new is let in, and the log tells it.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh

work_dir
port=$(free_port)
url=http://127.0.0.1:$port
active() { [ "$(metric "$url/actuator/prometheus" zokor_requests_active)" -ge "$1" ]; }
refused() {
    local code=0
    curl -sS -m 5 -o /dev/null "$url/" || code=$?
    [ "$code" = 7 ]
}

# ---- requests that end in time
start_app "$WORK/log" -Xmx256m -jar "$(demo_jar)" "--server.port=$port" --spring.lifecycle.timeout-per-shutdown-phase=60s
app=${PIDS[-1]}
requests=()
for i in 1 2 3 4 5; do
    in_background curl -sS -m 60 -D "$WORK/head$i" -o "$WORK/body$i" "$url/api/slow?ms=15000"
    requests+=("${PIDS[-1]}")
done
# The scrape itself is one of them.
check "five requests run" await 30 active 6
kill -TERM "$app"
check "new connections are refused" await 30 refused
check "  while requests run" kill -0 "${requests[0]}"
for i in 1 2 3 4 5; do
    check "request $i has its answer" wait "${requests[i - 1]}"
    check "  which is whole" grep -q '"ms":15000' "$WORK/body$i"
    check "  and ends its connection" grep -qi '^connection: close' "$WORK/head$i"
done
check "then the process ends" await 40 gone "$app"
code=0
wait "$app" || code=$?
equal "  its exit status is that of SIGTERM" "$code" 143
for line in 'Commencing graceful shutdown. Waiting for active requests to complete' 'Graceful shutdown complete'; do
    equal "the log: $line" "$(grep -c "$line" "$WORK/log")" 1
done
equal "nothing was cut" "$(grep -c 'requests\? cut' "$WORK/log" || true)" 0

# ---- one that takes longer than the grace period
start_app "$WORK/log2" -Xmx256m -jar "$(demo_jar)" "--server.port=$port" --spring.lifecycle.timeout-per-shutdown-phase=2s \
    --zokor.timeouts.request=off
app=${PIDS[-1]}
in_background curl -sS -m 100 -o "$WORK/body" "$url/api/slow?ms=90000" 2>"$WORK/error"
request=${PIDS[-1]}
check "a request of 90 s runs" await 30 active 2
kill -TERM "$app"
check "the process ends long before" await 40 gone "$app"
check "  the request was cut" eval '! wait "$request"'
check "  and is named in the log" grep -q '1 request cut.*/api/slow' "$WORK/log2"
check "  with what happened" grep -q 'Graceful shutdown aborted with one or more requests still active' "$WORK/log2"
