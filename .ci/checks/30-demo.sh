#!/bin/bash
# The demo application as a stranger starts it, driven with curl.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh

work_dir
port=$(free_port)
url=http://127.0.0.1:$port

echo "the default java: $(java -version 2>&1 | head -n 1)"
in_background ./mvnw -B -ntp spring-boot:run "-Dspring-boot.run.arguments=--server.port=$port" >"$WORK/demo.log" 2>&1
AWAITED_PID=${PIDS[-1]} await 420 http_ready "$url/actuator/health/readiness" || { tail -n 50 "$WORK/demo.log" >&2; fail "./mvnw spring-boot:run serves"; }
pass "./mvnw spring-boot:run serves"
check "says which server it is" grep -q "Zokor started on port $port (http) with context path '/'" "$WORK/demo.log"

status() {
    curl -sS -m 20 -o "$WORK/body" -w '%{http_code} %{content_type}' "$@"
}
body_has() {
    grep -q -- "$1" "$WORK/body"
}

# ---- the page and the API
answer=$(status "$url/")
check "the page: $answer" body_has '<title>Zokor demo</title>'
equal "its script" "$(status "$url/app.js" | cut -c1-3)" 200
json=(-H 'Content-Type: application/json')
equal "POST /api/items" "$(status "${json[@]}" -d '{"title":"From the check"}' "$url/api/items")" '201 application/json'
id=$(sed -n 's/.*"id":\([0-9]*\).*/\1/p' "$WORK/body")
equal "GET /api/items/$id" "$(status "$url/api/items/$id")" '200 application/json'
check "  is what was created" body_has '"title":"From the check"'
equal "GET /api/items" "$(status "$url/api/items")" '200 application/json'
check "  lists it" body_has '"title":"From the check"'
equal "an empty title" "$(status "${json[@]}" -d '{"title":" "}' "$url/api/items")" '400 application/problem+json'
check "  is named" body_has '"field":"title"'
equal "an item that is not there" "$(status "$url/api/items/987654")" '404 application/problem+json'

# ---- an upload of 20 MB
head -c 20971520 /dev/urandom >"$WORK/noise"
equal "an upload of 20 MB" "$(status -F "file=@$WORK/noise" "$url/api/uploads")" '200 application/json'
equal "  has its SHA-256" "$(sed -n 's/.*"sha256":"\([0-9a-f]*\)".*/\1/p' "$WORK/body")" "$(sha256sum <"$WORK/noise" | cut -d ' ' -f 1)"
check "  and its size" body_has '"size":20971520'

# ---- the stream: each second brings an event, so one that is kept back until the end would not be there yet
in_background curl -sS -N -m 30 "$url/api/stream" >"$WORK/events"
check "curl -N prints a first event of the stream" await 5 grep -q '^data:{"time":' "$WORK/events"
check "  and a third, while the stream goes on" await 10 grep -q '^id:2' "$WORK/events"
check "  which still runs" kill -0 "${PIDS[-1]}"

# ---- metrics
prometheus=$url/actuator/prometheus
curl -fsS "$prometheus" >"$WORK/metrics"
for name in accept_retries_total panics_total connections connections_accepted_total requests_active requests_rejected_total; do
    check "/actuator/prometheus has zokor_$name" grep -q "^zokor_$name{.*server=\"main\"" "$WORK/metrics"
done
equal "no accept retries" "$(metric "$prometheus" zokor_accept_retries_total)" 0
equal "no panics" "$(metric "$prometheus" zokor_panics_total)" 0

# ---- three panics, beside a kept connection and the stream
python3 - "$port" <<'END'
import http.client, socket, sys
port = int(sys.argv[1])
kept = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
def ask():
    kept.request("GET", "/api/items?limit=1")
    answer = kept.getresponse()
    answer.read()
    return answer.status
assert ask() == 200
own = kept.sock.getsockname()
for _ in range(3):
    panic = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    panic.request("GET", "/api/panic")
    answer = panic.getresponse()
    text = answer.read()
    assert answer.status == 500, answer.status
    assert b"on purpose" not in text and b"Exception" not in text, text
    assert answer.getheader("Connection") == "close", "the connection of a panic ends"
    assert ask() == 200
assert kept.sock.getsockname() == own, "the kept connection was replaced"
print("ok    three panics: three 500s, and a kept connection goes on")
END
panics() { [ "$(metric "$prometheus" zokor_panics_total)" = 3 ]; }
check "zokor_panics_total sums to 3" await 5 panics
equal "entries 'panic serving' in the log" "$(grep -c 'panic serving .*a panic on purpose' "$WORK/demo.log")" 3
equal "  with their stacks" "$(grep -c '^	at io.zokor.demo.trouble.TroubleController.panic' "$WORK/demo.log")" 3
events=$(grep -c '^data:' "$WORK/events")
more_events() { [ "$(grep -c '^data:' "$WORK/events")" -gt "$events" ]; }
check "the stream goes on" await 5 more_events

# ---- the end: the streams first, then the application, within the grace period
stream=${PIDS[-1]}
demo=${PIDS[0]}
kill "$demo"
gone() { ! kill -0 "$1" 2>/dev/null; }
check "stopped within 15 s, a stream running" await 15 gone "$demo"
check "the stream ended by itself" wait "$stream"
check "nothing was cut" [ "$(grep -c 'requests\? cut' "$WORK/demo.log")" -eq 0 ]
