#!/bin/sh
# Started by root; sets the learner's limits, switches to the learner's account, and becomes their server.
#   server.sh ACCOUNT DATA TASKS TEMPORARY GROUP TEMPLATE COMMAND…
# DATA: bytes per process. TEMPORARY: the folder that becomes their /tmp; '' to keep the machine's. GROUP: the file
# cgroup.procs of their control group; '' for none. TEMPLATE: a folder to copy into the home.
set -e
if [ "$1" = --own-view ]; then
  shift
  mount -t proc -o hidepid=2 proc /proc # hides the processes of others
  [ -z "$4" ] || mount --bind "$4" /tmp
elif unshare --mount true; then # not in every container
  exec unshare --mount "$0" --own-view "$@"
fi
account=$1 data=$2 tasks=$3 group=$5
shift 5
[ -z "$group" ] || echo $$ >"$group" || true
# Lets the hub and the proxy stay responsive where Linux shares processors between sessions first (autogroup).
[ ! -e /proc/self/autogroup ] || echo 2 >/proc/self/autogroup || true
umask 077
# With a limit per process, a tensor that is too large is an error that a cell can catch; beyond the group's limit Linux
# kills a process. The server and its kernels print into a file of the learner's, so that they cannot write into the
# hub's log. Existing files of the home are kept. setpriv ends the server when the hub ends, even if the hub is killed.
exec nice -n 2 prlimit --data="$data" --nproc="$tasks" --core=0 \
  setpriv --reuid "$account" --regid "$account" --init-groups --pdeathsig TERM \
  sh -c 'cd; exec >"$JUPYTER_RUNTIME_DIR/server.log" 2>&1; cp -R -n "$0/." . || true; exec "$@"' "$@"
