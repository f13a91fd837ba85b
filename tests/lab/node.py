"""One node: its files, switching it on and off."""

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab import cgroups, freezing, network, system
from tests.lab.paths import LabError, LabPaths, link_name, node_name
from tests.lab.procs import Process, wait_gone, wait_until
from tests.lab.service import Context, Service
from tests.lab.shell import clean_environment, run
from tests.lab.spec import Spec
from tests.lab.tree import Tree

SCRIPTS = Path(__file__).parent / "scripts"
READY_SECONDS = 90


def lay(spec: Spec, n: int, services: list[Service]) -> None:
    """Make the node's disks and the files of its root file system."""
    paths = spec.paths.node(n)
    for directory in (paths.memory, paths.mount_point):
        directory.mkdir(parents=True)
    options = f"mode=755,size={spec.memory_mb}m"
    environment = clean_environment(spec.name)
    run("mount", "-t", "tmpfs", "-o", options, f"{spec.paths.cgroup}.n{n}", str(paths.memory), env=environment)
    paths.upper.mkdir(mode=0o755)
    paths.work.mkdir()
    system.make_devices(paths)
    tree = Tree(paths.upper)
    system.lay(spec, n, tree)
    context = Context(spec, n, spec.paths.ssh_key.with_suffix(".pub").read_text())
    for service in services:
        service.lay(context, tree)
    _copy_disks(spec, n)


def _copy_disks(spec: Spec, n: int) -> None:
    for index in range(1, spec.disks + 1):
        run("cp", "--sparse=always", str(template_disk(spec.paths)), str(spec.paths.node(n).disk(index)),
            env=clean_environment(spec.name))  # fmt: skip


def template_disk(paths: LabPaths) -> Path:
    """The empty XFS image that all disks are copies of."""
    return paths.root / "disk-template.img"


def make_template_disk(spec: Spec) -> None:
    path = template_disk(spec.paths)
    with path.open("wb") as file:
        file.truncate(spec.disk_mb << 20)
    run("mkfs.xfs", "-q", "-f", "-i", "size=512", str(path), env=clean_environment(spec.name))


def switch_on(spec: Spec, n: int) -> None:
    """Begin to boot the node; `wait_ready` tells when it is up."""
    with _power_button(spec.paths, n):
        if supervisor(spec.paths, n):
            raise LabError(f"{node_name(n)} is on already")
        spec.paths.node(n).supervisor.unlink(missing_ok=True)
        environment = _supervisor_environment(spec, n)
        freezing.thaw(spec.paths, n, None)  # in case the power was cut while it was frozen
        if not spec.paths.node(n).unplugged.exists():
            network.set_link(spec.paths, n, up=True)
        _spawn(spec, n, environment)
        if not wait_until(lambda: supervisor(spec.paths, n) is not None, 10):
            raise LabError(f"{node_name(n)} did not start:\n{_console(spec, n)}")


@contextmanager
def _power_button(paths: LabPaths, n: int) -> Iterator[None]:
    """One change of the node's power at a time."""
    handle = os.open(paths.node(n).root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _supervisor_environment(spec: Spec, n: int) -> dict[str, str]:
    in_groups, sup_groups = cgroups.make(spec.paths, n)
    return clean_environment(spec.name) | {
        "LAB_GROUPS": in_groups,
        "LAB_SUP_GROUPS": sup_groups,
        "LAB_SUPERVISOR": str(spec.paths.node(n).supervisor),
        "LAB_CGROUP": cgroups.kinds(),
        "LAB_CUT": f"ip -n {spec.paths.hub_netns} link set {link_name(n)} down",
    }


def _spawn(spec: Spec, n: int, environment: dict[str, str]) -> None:
    paths = spec.paths.node(n)
    words = [SCRIPTS / "supervise.sh", spec.paths.node_netns_file(n), SCRIPTS / "init1.sh", SCRIPTS / "init2.sh"]
    # --fork: it is to outlive this program, and not to become its zombie.
    argv = [
        "setsid",
        "--fork",
        *map(str, words),
        str(paths.root),
        node_name(n),
        str(spec.disks),
        "snap" if spec.snap else "",
    ]
    with paths.console.open("ab") as out:
        subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment, cwd="/", check=True)


def _console(spec: Spec, n: int) -> str:
    return spec.paths.node(n).console.read_text(errors="replace")[-2000:]


def supervisor(paths: LabPaths, n: int) -> Process | None:
    """The node's supervisor, while the node is on."""
    try:
        pid, start = paths.node(n).supervisor.read_text().split()
    except (FileNotFoundError, ValueError):
        return None
    process = Process(int(pid), int(start))
    return process if process.alive() else None


def init_process(paths: LabPaths, n: int) -> Process | None:
    """The node's PID 1 as the host sees it, or None while it is off or about to reboot."""
    process = supervisor(paths, n)
    for _ in range(2):  # supervisor → unshare → PID 1
        process = next(iter(process.children()), None) if process else None
    return process


def root_directory(paths: LabPaths, n: int) -> Path | None:
    """The root directory of the running node, seen from the host."""
    init = init_process(paths, n)
    root = Path(f"/proc/{init.pid}/root") if init else None
    # The mark is made after the node has changed its root: until then this would be the host's own.
    return root if root and (root / "run/lab-root").exists() else None


def wait_ready(spec: Spec, n: int, services: list[Service], seconds: float = READY_SECONDS) -> None:
    """Wait until all services of the node serve."""
    waiting = list(services)

    def served() -> bool:
        if supervisor(spec.paths, n) is None:
            raise LabError(f"{node_name(n)} ended while it booted:\n{_console(spec, n)}")
        root = root_directory(spec.paths, n)
        if root:
            waiting[:] = [service for service in waiting if not service.ready(root, n)]
        return root is not None and not waiting

    if not wait_until(served, seconds, pause=0.02):
        names = ", ".join(type(service).__name__ for service in waiting) or "systemd"
        raise LabError(f"{node_name(n)} was not ready after {seconds:g} s, waiting for {names}")


def switch_off(spec: Spec, n: int) -> None:
    """Cut the power: all processes of the node end at once, its disks and its root file system stay."""
    with _power_button(spec.paths, n):
        top = supervisor(spec.paths, n)
        if top is None:
            return
        below = top.children()
        doomed = [top, *below, *(inner for process in below for inner in process.children())]
        for process in doomed:  # the supervisor first, or it would boot the node again
            process.kill()
        if not wait_gone(doomed):
            raise LabError(f"{node_name(n)} did not end")
        network.set_link(spec.paths, n, up=False)
        spec.paths.node(n).supervisor.unlink(missing_ok=True)
