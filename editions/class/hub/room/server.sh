#!/bin/sh
# Becomes a learner's server: root starts it, with the server's command behind what the learner may have.
#   server.sh ACCOUNT DATA TASKS TEMPORARY GROUPS FIRST COMMAND…
# DATA: bytes per process. TEMPORARY: what is their /tmp; '' for the machine's. GROUPS: the files of control groups.
# FIRST: a folder with what a home begins with.
set -e
if [ "$1" = --own-view ]; then
  shift
  mount -t proc -o hidepid=2 proc /proc # no processes of others
  [ -z "$4" ] || mount --bind "$4" /tmp
elif unshare --mount true; then # not in every container
  exec unshare --mount "$0" --own-view "$@"
fi
account=$1 data=$2 tasks=$3 groups=$5
shift 5
for group in $groups; do echo $$ >"$group" || true; done
# The hub and the proxy stay responsive. Linux shares between sessions first, if it has this file.
[ ! -e /proc/self/autogroup ] || echo 2 >/proc/self/autogroup || true
umask 077
# A tensor too many is an error that a cell can catch; only beyond the group's limit does Linux end a process.
# What the server and its kernels print goes where the learner alone reads it: the hub's log stays the hub's.
# What the home has already is kept. setpriv ends the server with the hub, even if the hub was killed.
exec nice -n 2 prlimit --data="$data" --nproc="$tasks" --core=0 \
  setpriv --reuid "$account" --regid "$account" --init-groups --pdeathsig TERM \
  sh -c 'cd; exec >"$JUPYTER_RUNTIME_DIR/server.log" 2>&1; cp -R -n "$0/." . || true; exec "$@"' "$@"
