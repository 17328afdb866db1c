#!/bin/bash
# Certificates that are changed while the demo application serves, as Kubernetes does it: a link to another directory.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh

need_package openssl
work_dir
port=$(free_port)
management=$(free_port)
url=https://localhost:$port
secrets=$WORK/secrets

# publish VERSION DAYS: a new certificate in a directory of its own, then one change of a link.
publish() {
    mkdir -p "$secrets/..$1"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" -days "$2" \
        -addext 'subjectAltName=DNS:localhost' -keyout "$secrets/..$1/tls.key" -out "$secrets/..$1/tls.crt" 2>"$WORK/openssl"
    swap "$1"
}
swap() {
    ln -s "..$1" "$secrets/..next"
    mv -T "$secrets/..next" "$secrets/..data"
}
# trusts VERSION: does curl, which trusts this certificate alone, get an answer?
trusts() {
    curl -fsS -m 10 --resolve "localhost:$port:127.0.0.1" --cacert "$secrets/..$1/tls.crt" -o /dev/null "$url/api/items?limit=1"
}
# days: how many until the certificate that is served expires, as the metric has it.
days() {
    local seconds
    seconds=$(metric "http://127.0.0.1:$management/actuator/prometheus" "$expiry")
    echo $((seconds / 86400))
}

mkdir "$secrets"
ln -s ..data/tls.crt "$secrets/tls.crt"
ln -s ..data/tls.key "$secrets/tls.key"
publish v0 100
start_app "$WORK/log" -Xmx256m -jar "$(demo_jar)" "--server.port=$port" "--management.server.port=$management" \
    --management.server.ssl.enabled=false --server.ssl.bundle=web \
    --spring.ssl.bundle.pem.web.reload-on-update=true --spring.ssl.bundle.watch.file.quiet-period=100ms \
    "--spring.ssl.bundle.pem.web.keystore.certificate=file:$secrets/tls.crt" \
    "--spring.ssl.bundle.pem.web.keystore.private-key=file:$secrets/tls.key"
expiry=$(curl -fsS -m 20 "http://127.0.0.1:$management/actuator/prometheus" | sed -n 's/^\(zokor_tls_certificate_expiry[a-z_]*\){.*/\1/p' | head -n 1)
check "the first certificate is served" trusts v0
equal "  the metric $expiry has its days" "$(days)" 99

# ---- a connection that stays, while certificates come and go
python3 - "$port" "$secrets/..v0/tls.crt" "$WORK/connected" "$WORK/go" >"$WORK/kept" 2>&1 <<'END' &
import http.client, os, ssl, sys, time
port, trusted, connected, go = int(sys.argv[1]), *sys.argv[2:]
kept = http.client.HTTPSConnection("localhost", port, timeout=20, context=ssl.create_default_context(cafile=trusted))
own, asked, end = None, 0, time.monotonic() + 120
while not os.path.exists(go) and time.monotonic() < end:
    kept.request("GET", "/api/items?limit=1")
    answer = kept.getresponse()
    answer.read()
    assert answer.status == 200, answer.status
    own = own or kept.sock.getsockname()
    assert kept.sock.getsockname() == own, "the kept connection was replaced"
    asked += 1
    open(connected, "w").close()
    time.sleep(0.05)
print("the same connection, requests:", asked)
END
PIDS+=("$!")
kept=${PIDS[-1]}
AWAITED_PID=$kept await 30 test -e "$WORK/connected" || { cat "$WORK/kept" >&2; fail "a connection is made"; }

for i in 1 2 3 4 5 6; do
    publish "v$i" $((100 + 10 * i))
    check "certificate $i is served" await 30 trusts "v$i"
    check "  and the one before it no more" eval "! trusts v$((i - 1)) 2>/dev/null"
done
equal "  the metric has the last one's days" "$(days)" 159

# ---- a broken file, then a repaired one
mkdir "$secrets/..broken"
echo 'no certificate' >"$secrets/..broken/tls.crt"
cp "$secrets/..v6/tls.key" "$secrets/..broken/tls.key"
warnings() { grep -c 'has changed but cannot be used\|Unexpected SSL reload error' "$WORK/log" || true; }
equal "warnings so far" "$(warnings)" 0
swap broken
warned() { [ "$(warnings)" -gt 0 ]; }
check "a broken certificate is warned of" await 30 warned
check "  the old one is served on" trusts v6
equal "  and the metric keeps its days" "$(days)" 159
# A key that belongs to another certificate.
mkdir "$secrets/..mixed"
cp "$secrets/..v5/tls.crt" "$secrets/..v6/tls.key" "$secrets/..mixed"
before=$(warnings)
swap mixed
warned_again() { [ "$(warnings)" -gt "$before" ]; }
check "a key of another certificate is warned of" await 30 warned_again
check "  the old certificate is served on" trusts v6
publish v7 200
check "a repaired one is served" await 30 trusts v7
equal "  the metric has its days" "$(days)" 199
touch "$WORK/go"
wait "$kept" || { cat "$WORK/kept" >&2; fail "the connection of the beginning served all the time"; }
pass "$(cat "$WORK/kept")"
