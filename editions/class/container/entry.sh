#!/bin/sh
# The first program in a container of .binder/Dockerfile: fills the home with the learner's copies, then becomes the
# command: JupyterLab, the server of a JupyterHub, or whatever is named.
set -e
cd "$HOME"
node /opt/lif-fc-mnist/editions/class/hub/start/home.mjs
export LIF_FC_MNIST_RUNS="${LIF_FC_MNIST_RUNS:-$HOME/build}"
export JUPYTERLAB_SETTINGS_DIR="$HOME/.jupyter/lab/user-settings" JUPYTERLAB_WORKSPACES_DIR="$HOME/.jupyter/lab/workspaces"
exec "$@"
