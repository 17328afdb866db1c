#!/bin/bash
# Probes on a management port are answered while handlers of the application keep all processors busy.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh

work_dir
port=$(free_port)
management=$(free_port)
url=http://127.0.0.1:$port
actuator=http://127.0.0.1:$management/actuator
busy=$((3 * $(nproc)))
# Whoever waits for a processor has not sent its request yet, as far as the server knows: that must not end it here.
start_app "$WORK/log" -Xmx256m -jar "$(demo_jar)" "--server.port=$port" "--management.server.port=$management" \
    --zokor.timeouts.read-header=90s --zokor.timeouts.request=off --zokor.limits.max-concurrent-requests=100
check "the application does not answer on the management port" [ "$(curl -sS -m 20 -o /dev/null -w '%{http_code}' "http://127.0.0.1:$management/api/items")" = 404 ]
check "nor Actuator on the application's" [ "$(curl -sS -m 20 -o /dev/null -w '%{http_code}' "$url/actuator/health")" = 404 ]

for i in $(seq "$busy"); do
    in_background curl -sS -m 100 -o "$WORK/busy$i" -w '%{http_code}' "$url/api/busy?ms=8000" >"$WORK/status$i"
done
# The scrape itself is one more.
saturated() { [ "$(metric "$actuator/prometheus" zokor_requests_active)" -gt "$(nproc)" ]; }
check "$(nproc) processors are busy with handlers" await 20 saturated
in_background curl -sS -m 100 -o "$WORK/body" -w '%{http_code}' "$url/api/items?limit=1" >"$WORK/status"
waiting=${PIDS[-1]}
for probe in liveness readiness liveness readiness liveness readiness; do
    equal "  $probe, after $(curl -sS -m 10 -o "$WORK/probe" -w '%{time_total} s: %{http_code}' "$actuator/health/$probe")" "$(cat "$WORK/probe")" '{"status":"UP"}'
done
check "  while a request of the application still waits for a processor" kill -0 "$waiting"
check "  and is answered when one is free" wait "$waiting"
equal "  with" "$(cat "$WORK/status")" 200
