#!/bin/bash
# The HTTP/1 cases and the hostile clients, and the HTTP/2 cases, against a WebFlux application.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh
. .ci/conformance.sh

work_dir
mvn -B -ntp -q -o -pl autoconfigure -am test-compile dependency:build-classpath -Dmdep.outputFile="$WORK/classpath" \
    || mvn -B -ntp -q -pl autoconfigure -am test-compile dependency:build-classpath -Dmdep.outputFile="$WORK/classpath"
classpath=autoconfigure/target/classes:autoconfigure/target/test-classes:server/target/test-classes:$(cat "$WORK/classpath")
conformance "webflux" "$classpath" io.zokor.spring.reactive.ConformanceWebFlux
http2_cases "webflux" "$classpath" io.zokor.spring.reactive.ConformanceWebFlux
