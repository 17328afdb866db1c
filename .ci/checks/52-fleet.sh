#!/bin/bash
# The sample "fleet": carts and WebSockets, Spring Session in Redis, two instances behind nginx and then HAProxy; one is killed, all are restarted.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh

need_package nginx
need_package haproxy
need_package redis-server
work_dir
# The script ends what it starts, in any case, and bounds everything it waits for.
timeout -k 20 420 python3 .ci/checks/fleet.py --java "$(java25)" --work "$WORK" --application "-jar $(sample_jar fleet)" \
    --nginx "$(command -v nginx || echo /usr/sbin/nginx)" --haproxy "$(command -v haproxy || echo /usr/sbin/haproxy)" \
    --redis "$(command -v redis-server)"
