#!/bin/bash
# The cases of raw WebSocket frames and the hostile WebSocket clients against the server itself.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh
. .ci/conformance.sh

websocket_conformance "core" server/target/classes:server/target/test-classes io.zokor.testing.WebSocketConformanceServer
