#!/bin/bash
# Two instances behind nginx, restarted in turn under load: no POST whose handler ran goes without its answer.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh

need_package nginx
work_dir
# The script ends what it starts, in any case, and bounds everything it waits for.
timeout -k 10 300 python3 .ci/checks/restart.py --java "$(java25)" --jar "$(demo_jar)" --work "$WORK" \
    --nginx "$(command -v nginx || echo /usr/sbin/nginx)" --restarts "${RESTARTS:-3}" --rate "${RATE:-2000}"
