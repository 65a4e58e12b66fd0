#!/bin/sh
# The demo site in build/site/: the wheel as it is built here, in the newest JupyterLite that pip finds for it.
set -eu
cd "$(dirname "$0")"
npm run --silent setup
npm run --silent build
.venv/bin/pip install --quiet jupyterlite-core jupyter-server
.venv/bin/pip install --quiet --force-reinstall --no-deps dist/*.whl
rm -rf build/lite build/site
mkdir -p build/lite
cp -R demo/files build/lite/files
cd build/lite
../../.venv/bin/jupyter lite build --output-dir ../site
