#!/bin/bash
# Two instances behind nginx, restarted in turn under load, over HTTP/1.1 and over HTTP/2: no POST whose handler ran goes without its
# answer.
# RESTARTS=100 .ci/checks/50-restart-nginx.sh restarts a hundred times; RATE is POSTs a second.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh

need_package nginx
work_dir
demo_libs "$WORK/lib"
restarts=${RESTARTS:-3}
# The script ends what it starts, in any case, and bounds everything it waits for.
timeout -k 20 $((420 + 80 * restarts)) python3 .ci/checks/restart.py --java "$(java25)" --work "$WORK" \
    --classes server/target/classes servlet/target/classes autoconfigure/target/classes autoconfigure/target/test-classes \
    --libraries "$WORK/lib" \
    --nginx "$(command -v nginx || echo /usr/sbin/nginx)" --restarts "$restarts" --rate "${RATE:-2000}"
