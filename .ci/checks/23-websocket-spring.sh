#!/bin/bash
# The cases of raw WebSocket frames and the hostile WebSocket clients against handlers of Spring's (@EnableWebSocket).
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh
. .ci/conformance.sh

work_dir
mvn -B -ntp -q -o -pl autoconfigure -am test-compile dependency:build-classpath -Dmdep.outputFile="$WORK/classpath" \
    || mvn -B -ntp -q -pl autoconfigure -am test-compile dependency:build-classpath -Dmdep.outputFile="$WORK/classpath"
# Left out is what Spring decides before the server is asked, on every server: it refuses an Upgrade field with more than one name, and
# answers another version by a 426 of its own, without an Upgrade field (4.2.2-version; the rule lint.upgrade-on-426 is about the same).
websocket_conformance "spring" "autoconfigure/target/classes:autoconfigure/target/test-classes:server/target/test-classes:$(cat "$WORK/classpath")" \
    io.zokor.spring.ConformanceSpringWebSocket '^(?!4\.2\.1-upgrade-list|4\.2\.2-version)'
