#!/bin/bash
# The HTTP/1 cases and the hostile clients against the server itself.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh
. .ci/conformance.sh

conformance "core" server/target/classes:server/target/test-classes io.zokor.testing.ConformanceServer
