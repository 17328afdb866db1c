#!/bin/bash
# The sample "notes" with DevTools: it restarts within its JVM, and whoever was logged in still is.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh
. .ci/browser.sh

work_dir
port=$(free_port)
url=http://127.0.0.1:$port
# As an IDE starts it: classes in a directory, libraries beside them.
python3 - "$(sample_jar notes)" "$WORK" <<'END'
import os, sys, zipfile
jar, to = sys.argv[1:]
with zipfile.ZipFile(jar) as z:
    for name in z.namelist():
        if name.startswith("BOOT-INF/") and not name.endswith("/") and not name.endswith(".idx"):
            z.extract(name, to)
END
classes=$WORK/BOOT-INF/classes
start_app "$WORK/log" -Xmx256m -cp "$classes:$WORK/BOOT-INF/lib/*:samples/notes/target/devtools/*" \
    "-Djava.io.tmpdir=$WORK" io.zokor.samples.notes.NotesApplication "--server.port=$port" \
    --spring.devtools.livereload.enabled=false --spring.devtools.restart.trigger-file=.reloadtrigger \
    --spring.devtools.restart.poll-interval=300ms --spring.devtools.restart.quiet-period=100ms
app=${PIDS[-1]}
check "runs on the thread of a restart" grep -q 'restartedMain' "$WORK/log"

equal "a login" "$(submit /login /login username=ada password=engine)" "302 $url/"
equal "a draft in the session" "$(submit / /draft 'text=half a thought')" "302 $url/"
first=$(session)

starts() { grep -c ' : Started NotesApplication in ' "$WORK/log"; }
restarted() { [ "$(starts)" -ge "$1" ]; }
for i in 2 3 4; do
    # As a compiler and then an IDE do it: the trigger alone, without a change, is no reason to restart.
    touch "$classes"/io/zokor/samples/notes/*.class
    date +%N >"$classes/.reloadtrigger"
    check "restart $((i - 1))" await 60 restarted "$i"
    equal "  the page, with the same session" "$(visit /)" '200 '
    check "  still logged in" grep -q 'Notes of ada' "$WORK/body"
    check "  the draft, an object of a class that was loaded anew" grep -q 'value="half a thought"' "$WORK/body"
    equal "  forms still work" "$(submit / /notes "text=after restart $i")" "302 $url/"
    equal "  a draft again" "$(submit / /draft 'text=half a thought')" "302 $url/"
done
equal "the session's id" "$(session)" "$first"
check "the JVM is the same" kill -0 "$app"
equal "errors in the log" "$(grep -c ' ERROR ' "$WORK/log" || true)" 0
kill "$app"
check "ends" await 40 gone "$app"
