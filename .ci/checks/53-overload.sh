#!/bin/bash
# The sample "overload" under three times its capacity: a limit that finds itself (zokor.limits.max-concurrent-requests=auto), beside Tomcat.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh

work_dir
# The script ends what it starts, in any case, and bounds everything it waits for.
timeout -k 20 280 python3 .ci/checks/overload.py --java "$(java25)" --work "$WORK" --application "-jar $(sample_jar overload)"
