#!/usr/bin/env bash
# A Slurm cluster of this machine alone, for `make test-slurm`: installed where it is missing, started in a folder of its own, and stopped
# without a trace. It needs root. Partitions: low, whose tasks are preempted and wait again, and high.
#   Tests/Slurm/cluster.sh start FOLDER     prints the SLURM_CONF that its commands need
#   Tests/Slurm/cluster.sh stop FOLDER
set -euo pipefail

fail() {
  echo "cluster.sh: $*" >&2
  exit 1
}

[ $# = 2 ] || fail "expected start or stop, and a folder"
folder=$2
[ "$(id -u)" = 0 ] || fail "a cluster is started by root: sudo make test-slurm"

stop() {
  for name in slurmd slurmctld munged; do
    [ -f "$folder/$name.pid" ] || continue
    kill "$(cat "$folder/$name.pid")" 2>/dev/null || true
    for _ in $(seq 50); do
      kill -0 "$(cat "$folder/$name.pid" 2>/dev/null || echo 999999999)" 2>/dev/null || break
      sleep 0.1
    done
  done
}

start() {
  for open in /proc/$$/fd/*; do
    number=${open##*/}
    # 255 is the script itself
    if [ "$number" -gt 2 ] && [ "$number" != 255 ]; then eval "exec $number>&-"; fi
  done
  if ! command -v slurmctld >/dev/null || ! command -v slurmd >/dev/null || ! command -v munged >/dev/null; then
    command -v apt-get >/dev/null || fail "slurmctld, slurmd and munged are missing: install Slurm and MUNGE"
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends slurm-wlm munge >&2 || fail "slurm-wlm and munge cannot be installed"
  fi
  mkdir -p "$folder/state" "$folder/spool"
  chmod 755 "$folder"
  # MUNGE refuses a key, a log or a socket where others could write
  dd if=/dev/urandom of="$folder/munge.key" bs=1024 count=1 status=none
  chmod 400 "$folder/munge.key"
  munged --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" --pid-file="$folder/munged.pid" \
    --log-file="$folder/munged.log" --seed-file="$folder/munged.seed" </dev/null >/dev/null 2>&1 || fail "munged does not start: see $folder/munged.log"
  host=$(hostname -s)
  memory=$(awk '/MemAvailable/ { printf "%d", $2 / 1024 * 0.8 }' /proc/meminfo)
  cat >"$folder/slurm.conf" <<CONF
ClusterName=lowrank
SlurmctldHost=$host
SlurmUser=root
AuthType=auth/munge
# credentials expire soon: a task that waits again does so for as long
AuthInfo=socket=$folder/munge.socket,cred_expire=5
CryptoType=crypto/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobRequeue=1
MaxArraySize=64
MaxJobCount=20000
MinJobAge=20
KillWait=10
ReturnToService=2
SchedulerParameters=sched_interval=1,sched_min_interval=200000,bf_interval=1,batch_sched_delay=1,default_queue_depth=1000,partition_job_depth=0
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
SlurmctldPort=16817
SlurmdPort=16818
MpiDefault=none
NodeName=$host NodeAddr=127.0.0.1 CPUs=8 RealMemory=$memory State=UNKNOWN
PartitionName=low Nodes=ALL Default=YES PriorityTier=1 PreemptMode=REQUEUE MaxTime=INFINITE State=UP
PartitionName=high Nodes=ALL PriorityTier=10 PreemptMode=OFF MaxTime=INFINITE State=UP
CONF
  export SLURM_CONF="$folder/slurm.conf"
  # with streams of their own, and without what was handed down: who waits for this script's end by it would wait for them
  slurmctld -f "$SLURM_CONF" </dev/null >/dev/null 2>&1 || fail "slurmctld does not start: see $folder/slurmctld.log"
  slurmd -f "$SLURM_CONF" </dev/null >/dev/null 2>&1 || fail "slurmd does not start: see $folder/slurmd.log"
  for _ in $(seq 100); do
    state=$(sinfo --noheader --partition=low --format=%T 2>/dev/null || true)
    [ "$state" = idle ] && break
    sleep 0.2
  done
  [ "$state" = idle ] || fail "the node does not come up (state '$state'): see $folder/slurmctld.log and slurmd.log"
  echo "$SLURM_CONF"
}

case $1 in
  start) start ;;
  stop) stop ;;
  *) fail "expected start or stop, found '$1'" ;;
esac
