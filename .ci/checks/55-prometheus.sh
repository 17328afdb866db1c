#!/bin/bash
# The alert rules pass their tests, and every query of the dashboard returns data from a Prometheus that scrapes the demo application.
# PICTURE=docs/grafana/zokor.svg .ci/checks/55-prometheus.sh draws the panels.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh

need_package prometheus promtool
work_dir
promtool check rules docs/prometheus/alerts.yml >"$WORK/rules" || { cat "$WORK/rules" >&2; fail "the alert rules"; }
(cd docs/prometheus && promtool test rules alerts-test.yml) >"$WORK/tests" 2>&1 || { cat "$WORK/tests" >&2; fail "the tests of the alert rules"; }
pass "the alert rules and their tests"
python3 - <<'END'
import re
page = re.search(r"```yaml\n(groups:\n.*?)```", open("docs/operations.md", encoding="utf-8").read(), re.DOTALL).group(1)
assert open("docs/prometheus/alerts.yml", encoding="utf-8").read().endswith("\n" + page), "docs/operations.md has other rules than docs/prometheus/alerts.yml"
END
pass "docs/operations.md shows the same rules"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj /CN=localhost \
    -keyout "$WORK/key.pem" -out "$WORK/cert.pem" 2>"$WORK/openssl"
port=$(free_port)
start_app "$WORK/log" -Xmx256m -jar "$(demo_jar)" "--server.port=$port" \
    "--server.ssl.certificate=file:$WORK/cert.pem" "--server.ssl.certificate-private-key=file:$WORK/key.pem"

cat >"$WORK/prometheus.yml" <<YAML
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: ["$PWD/docs/prometheus/alerts.yml"]
scrape_configs:
  - job_name: demo
    scheme: https
    tls_config: {insecure_skip_verify: true}
    metrics_path: /actuator/prometheus
    static_configs: [{targets: ["127.0.0.1:$port"]}]
YAML
prometheus=$(free_port)
in_background prometheus --config.file="$WORK/prometheus.yml" --storage.tsdb.path="$WORK/data" \
    --web.listen-address="127.0.0.1:$prometheus" --log.level=warn >"$WORK/prometheus.log" 2>&1
timeout 240 python3 .ci/checks/prometheus.py --app "$port" --prometheus "$prometheus" ${PICTURE:+--picture "$PICTURE" --seconds 60} \
    || { tail -n 20 "$WORK/prometheus.log" "$WORK/log" >&2; exit 1; }
