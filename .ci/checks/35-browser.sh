#!/bin/bash
# The demo's start page in Debian's Chromium: load is made, and the page shows it; over TLS the browser speaks HTTP/2. Screenshots go to demo-app/target/screenshots.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh

need_package chromium
need_package openssl
need_package chromium-driver chromedriver
/usr/bin/python3 -c 'import selenium' 2>/dev/null || need_package python3-selenium

work_dir
screenshots=demo-app/target/screenshots
rm -rf "$screenshots"
mkdir -p "$screenshots"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout "$WORK/key.pem" -out "$WORK/cert.pem" 2>/dev/null
port=$(free_port) tls_port=$(free_port)
in_background "$(java25)" -Xmx256m -jar "$(demo_jar)" "--server.port=$port" --server.http2.enabled=true \
    "--zokor.listeners[0].port=$tls_port" "--zokor.listeners[0].ssl-bundle=web" \
    "--spring.ssl.bundle.pem.web.keystore.certificate=$WORK/cert.pem" "--spring.ssl.bundle.pem.web.keystore.private-key=$WORK/key.pem" \
    --spring.main.banner-mode=off >"$WORK/demo.log" 2>&1
AWAITED_PID=${PIDS[-1]} await 120 grep -q 'Zokor started on ports' "$WORK/demo.log" || { tail -n 50 "$WORK/demo.log" >&2; fail "the demo starts"; }
url=http://127.0.0.1:$port
check "the demo serves" await 60 http_ready "$url/actuator/health/readiness"

# Chromium's profile and temporary files end with this script, and nothing goes through a proxy.
export HOME=$WORK TMPDIR=$WORK no_proxy=127.0.0.1,localhost NO_PROXY=127.0.0.1,localhost
if ! timeout 240 /usr/bin/python3 .ci/checks/browser.py "$port" "$tls_port" "$screenshots"; then
    tail -n 30 "$WORK/demo.log" >&2
    exit 1
fi
