#!/bin/bash
# What a request costs the server and the servlet container: bytes allocated and system calls, against .ci/checks/cost-limits.json.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh

need_package strace
work_dir
demo_libs "$WORK/lib"
python3 .ci/checks/cost.py "$(java25)" "server/target/classes:servlet/target/classes:benchmarks/jmh/target/classes:$WORK/lib/*" "$WORK" "$@"
benchmarks/compare --check
pass "the benchmarks' generated sections are those of their data"
