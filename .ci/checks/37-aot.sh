#!/bin/bash
# The demo application from what the build has processed ahead of time, and then with the JDK's AOT cache as well (docs/operations.md).
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

# A run that is asked a little and then ends writes the cache: classes that are loaded and linked, and profiles (JEP 483, 514, 515).
"$(java25)" -Djarmode=tools -jar "$(demo_jar)" extract --destination "$WORK/app"
jar=$(ls "$WORK"/app/*.jar)
start_app "$WORK/training" -Xmx256m "-XX:AOTCacheOutput=$WORK/app.aot" -Dspring.aot.enabled=true -jar "$jar" "--server.port=$port"
app=${PIDS[-1]}
for path in / /api/items /actuator/health/readiness; do
    http_ready "$url$path"
done
kill "$app"
check "a training run ends" await 90 gone "$app"
check "  with a cache" test -s "$WORK/app.aot"
# AOTMode=on: where the cache cannot be used, the JVM ends instead of doing without.
start_app "$WORK/cached" -Xmx256m -XX:AOTMode=on "-XX:AOTCache=$WORK/app.aot" "-Xlog:class+load:file=$WORK/classes" -Dspring.aot.enabled=true -jar "$jar" "--server.port=$port"
check "starts from the cache" http_ready "$url/api/items"
check "  Zokor's classes too" grep -q 'io.zokor.server.Server source: shared objects file' "$WORK/classes"
for run in log training cached; do
    echo "      $run: $(grep -o 'Started DemoApplication in .*' "$WORK/$run")"
done
