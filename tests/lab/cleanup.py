"""Takes a lab down and finds what an interrupted start left over.

Nothing is taken from memory: processes are found by the mark in their environment, their control group and their
network namespace; mounts and loop devices by the state directory; namespaces by name.
"""

import shutil
import signal

from tests.lab import cgroups, mounts, network, procs
from tests.lab.paths import NETNS_DIR, LabError, LabPaths
from tests.lab.procs import Process

GRACE_SECONDS = 1.0


def remove(paths: LabPaths) -> None:
    """Remove everything of the lab; raise LabError when something stays."""
    _end_guests(paths)
    _end_processes(paths)
    network.remove(paths)
    mounts.unmount_below(paths.root)
    if not procs.wait_until(lambda: not mounts.loops_of(paths.root), 5):
        mounts.detach_loops(paths.root)
    cgroups.remove(paths)
    shutil.rmtree(paths.root, ignore_errors=True)
    left = leftovers(paths)
    if left:
        raise LabError("left over: " + ", ".join(left))


def _end_guests(paths: LabPaths) -> None:
    """End what people started on the hub (not this program and its ancestors): it would keep the network alive."""
    own = procs.lineage()
    guests = [process for process in procs.in_network(paths.hub_netns_file) if process.pid not in own]
    for process in guests:
        process.kill(signal.SIGTERM)
    if not procs.wait_gone(guests, GRACE_SECONDS):
        for process in guests:
            process.kill()
        procs.wait_gone(guests)


def _end_processes(paths: LabPaths) -> None:
    """End every process of the lab's own; again and again, for one of them may just be starting another."""
    own = procs.lineage()

    def ended() -> bool:
        found = [process for process in of_lab(paths) if process.pid not in own]
        for process in found:
            process.kill()
        return not found

    if not procs.wait_until(ended, 20):
        raise LabError(f"processes of lab “{paths.name}” do not end: {_names(of_lab(paths))}")


def of_lab(paths: LabPaths) -> list[Process]:
    """Processes that belong to the lab: marked, in its control groups or in one of its nodes' networks."""
    found = {process.pid: process for process in procs.marked(paths.mark)}
    for pid in cgroups.processes(paths):
        process = Process.of(pid)
        if process:
            found[pid] = process
    for name in network.namespaces(paths):
        if name != paths.hub_netns:
            found |= {process.pid: process for process in procs.in_network(NETNS_DIR / name)}
    return list(found.values())


def _names(processes: list[Process]) -> str:
    return ", ".join(str(process.pid) for process in processes)


def leftovers(paths: LabPaths) -> list[str]:
    """What of the lab exists on the host, in words; empty when it is gone."""
    own = procs.lineage()
    found = [f"process {process.pid}" for process in of_lab(paths) if process.pid not in own]
    found += [f"network namespace {name}" for name in network.namespaces(paths)]
    found += [f"mount {point}" for point in mounts.below(paths.root)]
    found += [f"loop device {device}" for device in mounts.loops_of(paths.root)]
    groups = [root / paths.cgroup for root in cgroups.hierarchies()]
    found += [f"control group {group}" for group in groups if group.exists()]
    if paths.root.exists():
        found.append(f"directory {paths.root}")
    return found
