#!/bin/bash
# A WebFlux application as an executable jar: 200 clients follow its stream of events with curl, 20 of them do not read.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh

CLIENTS=200 STALLED=20
ROUND=500 ROUNDS=4

work_dir
jar=$(ls demo-webflux/target/zokor-demo-webflux-*.jar 2>/dev/null | grep -v -e sources -e javadoc -e tests | head -n 1)
[ -n "$jar" ] || { echo "no demo-webflux jar: run ./mvnw verify first" >&2; exit 1; }
java=$(java25)
port=$(free_port)
url=http://127.0.0.1:$port/api/messages

# A stalled client is cut after zokor.timeouts.stall; here it is to stay.
in_background "$java" -Xmx128m -jar "$jar" --server.port="$port" --zokor.timeouts.stall=10m --demo.messages=$ROUND \
    >"$WORK/server.log" 2>&1
server=${PIDS[-1]}
AWAITED_PID=$server await 120 http_ready "http://127.0.0.1:$port/actuator/health" \
    || { cat "$WORK/server.log" >&2; fail "the executable jar serves"; }
pass "the executable jar serves"
check "says which server it is" grep -q "Zokor started on port $port (http)$" "$WORK/server.log"
check "and what it serves with" grep -q "Zokor serves port $port (http), Java 25.*zokor.timeouts.stall=" "$WORK/server.log"

# ---- clients: the stalled ones write into a pipe that nobody empties
mkfifo "$WORK/full"
exec 9<>"$WORK/full"
for i in $(seq $CLIENTS); do
    to=$WORK/client-$i
    [ "$i" -gt $STALLED ] || to=$WORK/full
    in_background curl -sSN -H 'Accept: text/event-stream' -o "$to" "$url" 2>"$WORK/errors-$i" 9>&-
done

# followers NAME: all or behind
followers() {
    curl -fsS -m 30 "$url/followers" | sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p"
}
followers_are() {
    [ "$(followers "$1")" = "$2" ]
}
check "$CLIENTS clients follow" await 60 followers_are all $CLIENTS

# ---- events of some 4 KB, a round at a time: nobody is to fall behind by more than are kept
python3 -c '
import json, sys
for i in range(int(sys.argv[1])):
    print(json.dumps({"text": "x" * 4000}))' $ROUND >"$WORK/round"

all_have() {
    for i in $(seq $((STALLED + 1)) $CLIENTS); do
        # The end is looked at alone, for speed: the line before the last is the data, the one before that the id.
        tail -c 8192 "$WORK/client-$i" | grep -q "^id:$1\$" || return 1
    done
}

# live_kib: what is in use on the heap after a collection
live_kib() {
    "${java%/java}/jcmd" "$server" GC.class_histogram | awk '$1 == "Total" { printf "%d\n", $3 / 1024 }'
}

rss_kib() {
    awk '$1 == "VmRSS:" { print $2 }' "/proc/$server/status"
}

for round in $(seq $ROUNDS); do
    curl -fsS -m 60 -H 'Content-Type: application/x-ndjson' -H 'Accept: application/x-ndjson' --data-binary @"$WORK/round" \
        -o "$WORK/posted" "$url"
    await 60 all_have $((round * ROUND)) || fail "round $round has come to all that read"
    if [ "$round" -eq 1 ]; then
        first_live=$(live_kib) first_rss=$(rss_kib)
    fi
done
live=$(live_kib) rss=$(rss_kib)
pass "$((ROUND * ROUNDS)) events have come to all that read"

seq $((ROUND * ROUNDS)) >"$WORK/expected"
for i in $(seq $((STALLED + 1)) $CLIENTS); do
    sed -n 's/^id://p' "$WORK/client-$i" | cmp -s - "$WORK/expected" || fail "client $i has every event in order"
done
pass "$((CLIENTS - STALLED)) clients have every event in order"
equal "clients that have not" "$(followers behind)" $STALLED
equal "clients that are still served" "$(followers all)" $CLIENTS

# Kept in memory for the stalled clients, the rounds after the first would be 120 MB.
check "the heap in use stays: $first_live KiB after the first round, $live KiB at the end" [ "$live" -lt $((first_live + 16384)) ]
check "memory stays: $first_rss KiB resident after the first round, $rss KiB at the end" [ "$rss" -lt $((first_rss + 131072)) ]

# ---- those that leave are noticed: all at once, the stalled too
for pid in "${PIDS[@]:1}"; do
    kill "$pid" 2>/dev/null || true
done
curl -fsS -m 60 -H 'Content-Type: application/x-ndjson' -H 'Accept: application/x-ndjson' --data-binary @"$WORK/round" \
    -o "$WORK/posted" "$url"
check "nobody follows once all have left" await 30 followers_are all 0
check "no error is logged" [ -z "$(grep -e ERROR -e WARN "$WORK/server.log")" ]
