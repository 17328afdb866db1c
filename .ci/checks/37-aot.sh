#!/bin/bash
# The demo application from what the build has processed ahead of time.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh

work_dir
port=$(free_port)
url=http://127.0.0.1:$port
start_app "$WORK/log" -Xmx256m -Dspring.aot.enabled=true -jar "$(demo_jar)" "--server.port=$port"
app=${PIDS[-1]}
check "starts from its AOT output" grep -q 'Starting AOT-processed DemoApplication' "$WORK/log"
check "on Zokor" grep -q "Zokor started on port $port (http) with context path '/'" "$WORK/log"
check "readiness" http_ready "$url/actuator/health/readiness"
equal "a new item" "$(curl -sS -m 20 -o "$WORK/body" -w '%{http_code}' -H 'Content-Type: application/json' -d '{"title":"ahead of time"}' "$url/api/items")" 201
curl -fsS -m 20 "$url/api/items" >"$WORK/body"
check "  is listed" grep -q '"title":"ahead of time"' "$WORK/body"
equal "a wrong one" "$(curl -sS -m 20 -o "$WORK/body" -w '%{http_code}' -H 'Content-Type: application/json' -d '{"title":""}' "$url/api/items")" 400
equal "a panic" "$(curl -sS -m 20 -o "$WORK/body" -w '%{http_code}' "$url/api/panic")" 500
equal "  is counted" "$(metric "$url/actuator/prometheus" zokor_panics_total)" 1
check "the live view" http_ready "$url/actuator/zokor"
check "the page" http_ready "$url/"
kill "$app"
check "ends" await 40 gone "$app"
equal "errors in the log, but the panic" "$(grep ' ERROR ' "$WORK/log" | grep -vc 'panic serving' || true)" 0
