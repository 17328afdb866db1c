#!/bin/bash
# The cases of raw HTTP/2 frames and the hostile HTTP/2 clients against the servlet container.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh
. .ci/conformance.sh

work_dir
demo_libs "$WORK/lib"
http2_conformance "servlet" \
    "server/target/classes:server/target/test-classes:servlet/target/classes:servlet/target/test-classes:$WORK/lib/*" \
    io.zokor.servlet.testing.ConformanceServlet
