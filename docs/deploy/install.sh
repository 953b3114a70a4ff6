#!/bin/sh
# Installs cact from this bundle, without a network: ./install.sh [FOLDER], by default /opt/cact.
set -eu
cd "$(dirname "$0")"
target="${1:-/opt/cact}"
sha256sum --check --quiet SHA256SUMS
python3 -m venv "$target"
"$target/bin/python" -m pip install --quiet --disable-pip-version-check --no-index \
  --find-links wheels --require-hashes -r requirements.txt
"$target/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --no-deps wheels/cact_tui-*.whl
"$target/bin/cact" --version
echo "Lay out an event as in ./event, then: $target/bin/cact serve --check"
