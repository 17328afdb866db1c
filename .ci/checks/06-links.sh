#!/bin/bash
# Every relative link of every document leads somewhere, anchors included, and docs/README.md names every document.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/lib.sh

check "links of the documents" python3 .ci/checks/links.py
