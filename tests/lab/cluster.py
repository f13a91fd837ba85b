"""The lab for tests and scripts: ``with Lab.up(nodes=3) as lab: lab.exec(1, "gluster", "pool", "list")``."""

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.lab import cleanup, freezing, inside, locking, network, node, profile, services
from tests.lab.paths import LabError, LabPaths, default_name, node_address, node_name
from tests.lab.procs import Process, wait_until
from tests.lab.shell import Completed, clean_environment, run
from tests.lab.spec import Spec

START_THREADS = 8


@dataclass(frozen=True)
class NodeStatus:
    """What can be said about a node from the outside."""

    n: int
    name: str
    address: str
    on: bool
    plugged: bool
    frozen: bool
    pid: int


class Lab:
    """A running lab."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.timings: dict[str, float] = {}

    @classmethod
    def open(cls, name: str | None = None) -> "Lab":
        """The lab `name` that is up already."""
        spec = Spec.load(name or default_name())
        _check_root()
        return cls(spec)

    @classmethod
    def up(cls, nodes: int = 4, name: str | None = None, **options: Any) -> "Lab":
        """Start a lab and wait until it serves; `options` are further fields of `Spec`."""
        lab = cls(Spec(name or default_name(), nodes, **options))
        _check_root()
        services.check_installed(lab.spec)
        with locking.locked(lab.paths):
            left = cleanup.leftovers(lab.paths)
            if left:
                raise LabError(f"lab “{lab.name}” is up or left over ({left[0]}): take it down first")
            try:
                lab._start()
            except BaseException:
                cleanup.remove(lab.paths)
                raise
        return lab

    def _start(self) -> None:
        spec, running = self.spec, services.of_lab(self.spec)
        self.paths.root.mkdir(mode=0o755)
        spec.save()
        with self._timed("network"):
            network.build(spec)
        with self._timed("keys"):
            for service in running:
                service.prepare(spec)
        with self._timed("files"):
            self._lay()
        with self._timed("boot"):
            for n in spec.numbers:
                node.switch_on(spec, n)
            for n in spec.numbers:
                node.wait_ready(spec, n, services.of_node(spec, n))
        for service in running:
            with self._timed(type(service).__name__.lower()):
                service.form(spec)

    def _lay(self) -> None:
        node.make_template_disk(self.spec)
        with ThreadPoolExecutor(START_THREADS) as pool:
            list(pool.map(lambda n: node.lay(self.spec, n, services.of_node(self.spec, n)), self.spec.numbers))
        self.paths.credentials.write_text(json.dumps(self.spec.credentials(), indent=1) + "\n")
        self.profile_path.write_text(profile.text(self.spec))

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.timings[what] = round(time.monotonic() - began, 2)

    def down(self) -> None:
        """Take the lab down."""
        take_down(self.name)

    def __enter__(self) -> "Lab":
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, trace: TracebackType | None) -> None:
        self.down()

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def paths(self) -> LabPaths:
        return self.spec.paths

    @property
    def profile_path(self) -> Path:
        """The cluster profile for the app."""
        return self.paths.profile

    @property
    def credentials(self) -> dict[str, dict[str, str]]:
        """Passwords by user name, for "ssh" and, where it asks for users, "etcd"."""
        return self.spec.credentials()

    @property
    def ssh_key(self) -> Path:
        """Private key that opens root and admin on every node."""
        return self.paths.ssh_key

    def address(self, n: int) -> str:
        """IPv4 address of node `n`."""
        return node_address(self.spec.check_node(n))

    def exec(self, n: int, *argv: str, check: bool = True, text: str | None = None, timeout: float = 60) -> Completed:
        """Run a command inside node `n`, without SSH; LabError when it fails and `check` is set."""
        return inside.in_node(self.spec, n, *argv, check=check, text=text, timeout=timeout)

    def sh(self, n: int, script: str, check: bool = True, timeout: float = 60) -> Completed:
        """Run a line of shell inside node `n`."""
        return self.exec(n, "sh", "-c", script, check=check, timeout=timeout)

    def hub(self, *argv: str, check: bool = True, text: str | None = None, timeout: float = 60) -> Completed:
        """Run a command on the workstation, with this process's own environment."""
        return run(*inside.hub_command(self.paths, argv), check=check, text=text, timeout=timeout)

    def ssh(self, n: int, *argv: str, check: bool = True, timeout: float = 60) -> Completed:
        """Run a command on node `n` over SSH, as root."""
        command = inside.ssh_command(self.spec, n, argv)
        return run(*command, check=check, timeout=timeout, env=clean_environment())

    def poweroff(self, n: int) -> None:
        """Cut the power of node `n`."""
        node.switch_off(self.spec, self.spec.check_node(n))

    def poweron(self, n: int, wait: bool = True) -> None:
        """Boot node `n` again; with `wait`, until its services serve."""
        node.switch_on(self.spec, self.spec.check_node(n))
        if wait:
            node.wait_ready(self.spec, n, services.of_node(self.spec, n))

    def unplug(self, n: int) -> None:
        """Pull the network cable of node `n`; it stays out over a restart."""
        self.paths.node(self.spec.check_node(n)).unplugged.touch()
        network.set_link(self.paths, n, up=False)

    def plug(self, n: int) -> None:
        """Put the cable of node `n` back."""
        self.paths.node(self.spec.check_node(n)).unplugged.unlink(missing_ok=True)
        if node.supervisor(self.paths, n):
            network.set_link(self.paths, n, up=True)

    def freeze(self, n: int) -> None:
        """Stop all processes of node `n` where they are."""
        freezing.freeze(self.paths, n, self._init(n))

    def thaw(self, n: int) -> None:
        """Let the processes of node `n` go on."""
        freezing.thaw(self.paths, n, self._init(n))

    def _init(self, n: int) -> Process:
        init = node.init_process(self.paths, self.spec.check_node(n))
        if init is None:
            raise LabError(f"{node_name(n)} is off")
        return init

    def wait_healthy(self, seconds: float = 60) -> None:
        """Wait until etcd answers everywhere and every GlusterFS node sees all others; LabError when they don't."""
        for service in services.of_lab(self.spec):
            if not wait_until(partial(service.healthy, self.spec), seconds, pause=0.05):
                raise LabError(f"{type(service).__name__} is not healthy after {seconds:g} s")

    def status(self) -> list[NodeStatus]:
        """How each node is."""
        return [self._status(n) for n in self.spec.numbers]

    def _status(self, n: int) -> NodeStatus:
        init = node.init_process(self.paths, n)
        return NodeStatus(
            n=n,
            name=node_name(n),
            address=node_address(n),
            on=init is not None,
            plugged=not self.paths.node(n).unplugged.exists(),
            frozen=init is not None and freezing.is_frozen(self.paths, n, init),
            pid=init.pid if init else 0,
        )


def take_down(name: str | None = None) -> None:
    """Take down lab `name`, whatever is left of it; without complaint when there is nothing."""
    paths = LabPaths(name or default_name())
    _check_root()
    with locking.locked(paths):
        cleanup.remove(paths)


def _check_root() -> None:
    if os.geteuid() != 0:
        raise LabError("the lab needs root: it makes namespaces, mounts and network devices")
