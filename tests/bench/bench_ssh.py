"""SSH: CPU of sampling against OpenSSH's ControlMaster, waking of cancelled calls, four nodes from a cold start."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import psutil

from nasclustergui.core.command import Command
from nasclustergui.core.errors import Cancelled
from nasclustergui.core.job import Job
from nasclustergui.core.profile import NodeProfile, Profile, SshDefaults
from nasclustergui.remote.sampler import Sampler
from nasclustergui.remote.ssh_nodes import SshNodes
from tests.bench.local_sshd import LocalSshd, local_sshd
from tests.bench.measure import Figure, fraction
from tests.bench.ssh_child import COLD

NODES = 8
ROUNDS = 20
FILES = "cat /proc/uptime /proc/loadavg /proc/stat /proc/meminfo /proc/net/dev /proc/diskstats"
CANCELS = 20


def run() -> Iterator[Figure]:
    """All figures, against one server."""
    with local_sshd() as sshd:
        yield _sampling(sshd)
        yield _cancels(sshd)
        yield _cold(sshd)


def _cpu(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def _sampling(sshd: LocalSshd) -> Figure:
    """CPU of the workstation per node and sample; the other side's isn't counted."""
    master, bare = _with_control_master(sshd)
    ours = _with_sampler(sshd)
    detail = f"{ours:.2f} ms; ControlMaster and one `ssh` per sample {master:.2f} ms; a new `ssh` each {bare:.1f} ms"
    return fraction("client CPU per node sample, against ControlMaster", ours, master, 15, detail)


def _with_sampler(sshd: LocalSshd) -> float:
    nodes, taken = SshNodes(sshd.profile(NODES)), 0

    def count(_name: str, _sample: object) -> None:
        nonlocal taken
        taken += 1

    sampler = Sampler(nodes, 0.25, count)
    sampler.start()
    try:
        _wait_until(lambda: taken >= 3 * NODES)
        began, first = _cpu(resource.RUSAGE_SELF), taken
        _wait_until(lambda: taken >= first + ROUNDS * NODES, pause=0.25)
        return 1000 * (_cpu(resource.RUSAGE_SELF) - began) / (taken - first)
    finally:
        sampler.stop()
        nodes.close()


def _with_control_master(sshd: LocalSshd) -> tuple[float, float]:
    """Milliseconds per sample: with a master per node, without one."""
    with ExitStack() as stack:
        masters = [stack.enter_context(_master(sshd, number)) for number in range(NODES)]
        before = sum(_used(master) for master in masters) + _cpu(resource.RUSAGE_CHILDREN)
        for _round in range(ROUNDS):
            for number in range(NODES):
                _ssh([*sshd.ssh, "-S", _control(sshd, number), sshd.place, FILES])
        with_master = sum(_used(master) for master in masters) + _cpu(resource.RUSAGE_CHILDREN) - before
    before = _cpu(resource.RUSAGE_CHILDREN)
    for _round in range(ROUNDS):
        _ssh([*sshd.ssh, sshd.place, FILES])
    without = _cpu(resource.RUSAGE_CHILDREN) - before
    return 1000 * with_master / (ROUNDS * NODES), 1000 * without / ROUNDS


def _control(sshd: LocalSshd, number: int) -> str:
    return str(sshd.folder / f"m{number}")


@contextmanager
def _master(sshd: LocalSshd, number: int) -> Iterator[psutil.Process]:
    control = _control(sshd, number)
    with subprocess.Popen([*sshd.ssh, "-M", "-N", "-S", control, sshd.place], stdin=subprocess.DEVNULL) as process:
        _wait_until(lambda: os.path.exists(control))
        yield psutil.Process(process.pid)
        process.terminate()


def _used(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _ssh(words: list[str]) -> None:
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    if len(done.stdout) < 1000:
        raise RuntimeError("the peer's sample is empty")


def _cancels(sshd: LocalSshd) -> Figure:
    """The slowest of many: from the cancel until the blocked call is back."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        nodes = SshNodes(sshd.profile(1))
        silent = NodeProfile("nas-2", "127.0.0.1", port=mute.getsockname()[1])
        unconnected = SshNodes(Profile("mute", (silent,), ssh=SshDefaults(config="", agent=False)))
        nodes["nas-1"].run(Command(("true",), root=False))
        late = [_cancel(lambda job: nodes["nas-1"].run(_forever(), job)) for _number in range(CANCELS)]
        dead = [_cancel(lambda job: unconnected["nas-2"].run(_forever(), job)) for _number in range(CANCELS)]
        nodes.close()
        unconnected.close()
    slowest = max(*late, *dead)
    detail = (
        f"of {CANCELS} each: waiting for output {1000 * max(late):.1f} ms, for a connection {1000 * max(dead):.1f} ms"
    )
    return Figure("cancel of a blocked SSH command", f"{1000 * slowest:.1f} ms", "≤ 100 ms", slowest <= 0.1, detail)


def _forever() -> Command:
    return Command(("sleep", "3600"), timeout=None, root=False)


def _cancel(blocked: Callable[[Job], object]) -> float:
    job = Job("bench")
    cancelled_at = 0.0

    def cancel() -> None:
        nonlocal cancelled_at
        cancelled_at = time.perf_counter()
        job.cancel()

    threading.Timer(0.2, cancel).start()
    try:
        blocked(job)
    except Cancelled:
        return time.perf_counter() - cancelled_at
    raise RuntimeError("it did not block")


def _cold(sshd: LocalSshd) -> Figure:
    """Wall time: this program's start, imports, connecting and one command on four nodes, against four `ssh`."""
    words = [sys.executable, "-m", "tests.bench.ssh_child", str(sshd.folder), str(sshd.port)]
    ours = min(_wall([words]) for _round in range(3))
    peer = min(_wall([[*sshd.ssh, sshd.place, "true"]] * COLD) for _round in range(3))
    detail = f"{1000 * ours:.0f} ms; four `ssh` one after the other {1000 * peer:.0f} ms"
    return Figure(f"a command on {COLD} nodes, cold", f"{ours / peer:.2f} ×", "< 1 ×", ours < peer, detail)


def _wall(commands: list[list[str]]) -> float:
    began = time.perf_counter()
    for words in commands:
        subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    return time.perf_counter() - began


def _wait_until(true: Callable[[], bool], pause: float = 0.02) -> None:
    end = time.monotonic() + 60
    while not true():
        if time.monotonic() > end:
            raise RuntimeError("it takes too long")
        time.sleep(pause)
