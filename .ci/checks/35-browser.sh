#!/bin/bash
# The demo's start page in Debian's Chromium: load is made, and the page shows it. Screenshots go to demo-app/target/screenshots.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh

need_package chromium
need_package chromium-driver chromedriver
/usr/bin/python3 -c 'import selenium' 2>/dev/null || need_package python3-selenium

work_dir
screenshots=demo-app/target/screenshots
rm -rf "$screenshots"
mkdir -p "$screenshots"
in_background "$(java25)" -Xmx256m -jar "$(demo_jar)" --server.port=0 --spring.main.banner-mode=off >"$WORK/demo.log" 2>&1
AWAITED_PID=${PIDS[-1]} await 120 grep -q 'Zokor started on port' "$WORK/demo.log" || { tail -n 50 "$WORK/demo.log" >&2; fail "the demo starts"; }
port=$(sed -n 's/.*Zokor started on port \([0-9]*\) .*/\1/p' "$WORK/demo.log")
url=http://127.0.0.1:$port
check "the demo serves" await 60 http_ready "$url/actuator/health/readiness"

# Chromium's profile and temporary files end with this script, and nothing goes through a proxy.
export HOME=$WORK TMPDIR=$WORK no_proxy=127.0.0.1,localhost NO_PROXY=127.0.0.1,localhost
if ! timeout 240 /usr/bin/python3 .ci/checks/browser.py "$port" "$screenshots"; then
    tail -n 30 "$WORK/demo.log" >&2
    exit 1
fi
