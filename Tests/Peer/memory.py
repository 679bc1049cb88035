"""The most memory of this process, as `lowrank bench` counts its own."""

from __future__ import annotations


def peak_rss_mb() -> int:
    """MiB of VmHWM; getrusage's ru_maxrss also counts what a process was before it became this program: its starter's copy."""
    with open("/proc/self/status") as status:
        return next(round(int(line.split()[1]) / 1024) for line in status if line.startswith("VmHWM:"))
