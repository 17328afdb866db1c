#!/bin/bash
# The HTTP/1 cases and the hostile clients against the servlet container.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh
. .ci/conformance.sh

work_dir
demo_libs "$WORK/lib"
conformance "servlet" "server/target/classes:server/target/test-classes:servlet/target/classes:servlet/target/test-classes:$WORK/lib/*" \
    io.zokor.servlet.testing.ConformanceServlet
