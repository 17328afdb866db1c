#!/bin/bash
# Every request of the conformance cases that is refused is counted once and has one line in the access log.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh

bench=${ZOKOR_SHARED:-../shared}/conformance/http1
if [ ! -f "$bench/run.py" ]; then
    echo "!!! NOT CHECKED: the bench is not there ($bench; ZOKOR_SHARED moves it)" >&2
    # Where somebody says where it is, it must be there.
    [ -z "${ZOKOR_SHARED:-}" ]
    exit
fi
work_dir
demo_libs "$WORK/lib"
classpath=
for module in server servlet autoconfigure; do
    classpath+=$module/target/classes:$module/target/test-classes:
done
for served in handler io.zokor.servlet.testing.ConformanceServlet; do
    python3 .ci/checks/accounts.py "$bench" "$(java25)" -Xmx512m -cp "$classpath$WORK/lib/*" \
        io.zokor.spring.boot.ConformanceAccounts "$served"
done
