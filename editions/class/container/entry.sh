#!/bin/sh
# The first program in a container of .binder/Dockerfile: fills the home with the learner's copies, then becomes the
# command: JupyterLab, the server of a JupyterHub, or whatever is named.
set -e
cd "$HOME"
# Set up when the image was made: that is not looked at again.
node /opt/lif-fc-mnist/tools/start.mjs --ready editions/class/hub/start/home.ts
export LIF_FC_MNIST_RUNS="${LIF_FC_MNIST_RUNS:-$HOME/build}"
export JUPYTERLAB_SETTINGS_DIR="$HOME/.jupyter/lab/user-settings" JUPYTERLAB_WORKSPACES_DIR="$HOME/.jupyter/lab/workspaces"
exec "$@"
