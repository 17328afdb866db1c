#!/bin/bash
# The cases of raw HTTP/2 frames and the hostile HTTP/2 clients against the server itself; HPACK against python3-hpack; curl and nghttp.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh
. .ci/conformance.sh

classpath=server/target/classes:server/target/test-classes
need_package curl
need_package nghttp2-client nghttp
/usr/bin/python3 -c 'import hpack' 2>/dev/null || need_package python3-hpack

work_dir

# ---- HPACK: what one writes, the other reads, in both directions
check "HPACK: python3-hpack reads our blocks, and we read its" /usr/bin/python3 .ci/checks/hpack_peer.py "$(java25)" "$classpath"

# ---- clients
start_server "$classpath" io.zokor.testing.ConformanceServer 0 0
http=http://127.0.0.1:$HTTP_PORT https=https://127.0.0.1:$HTTPS_PORT
version() { curl -sS -m 20 -o /dev/null -w '%{http_version}' "$@"; }
equal "curl by prior knowledge" "$(version --http2-prior-knowledge "$http/")" 2
equal "curl by ALPN" "$(version -k --http2 "$https/")" 2
equal "curl without a wish" "$(version "$http/")" 1.1
equal "curl that asks by Upgrade: h2c" "$(version --http2 "$http/")" 1.1
head -c 3000000 /dev/urandom >"$WORK/upload"
curl -sS -m 30 -k --http2 --data-binary "@$WORK/upload" -o "$WORK/echo" "$https/echo"
check "curl: 3 MB there and back" cmp "$WORK/upload" "$WORK/echo"
nghttp -n -t 20 -m 20 -v "$http/stream?n=20" >"$WORK/nghttp" 2>&1 || { cat "$WORK/nghttp" >&2; fail "nghttp"; }
equal "nghttp: 20 requests on one connection" "$(grep -c ':status: 200' "$WORK/nghttp")" 20
stop_background

http2_conformance "core" "$classpath" io.zokor.testing.ConformanceServer
