"""Commands inside a node, on the hub, and over SSH: their exact words."""

import shlex
from collections.abc import Sequence

from tests.lab.node import init_process
from tests.lab.paths import LabError, LabPaths, node_name
from tests.lab.shell import Completed, clean_environment, run
from tests.lab.spec import Spec


def node_command(spec: Spec, n: int, argv: Sequence[str]) -> list[str]:
    """Words that run `argv` inside node `n` without its sshd; from anywhere on the host."""
    init = init_process(spec.paths, spec.check_node(n))
    if init is None:
        raise LabError(f"{node_name(n)} is off")
    return ["nsenter", "-t", str(init.pid), "-m", "-u", "-i", "-n", "-p", "-C", "--", *argv]


def hub_command(paths: LabPaths, argv: Sequence[str]) -> list[str]:
    """Words that run `argv` on the workstation: in the hub's network, otherwise as on the host.

    Not `ip netns exec`, which would also mount another /sys.
    """
    if not paths.hub_netns_file.exists():
        raise LabError(f"lab “{paths.name}” is not up")
    return ["nsenter", f"--net={paths.hub_netns_file}", "--", *argv]


def ssh_command(spec: Spec, n: int, argv: Sequence[str]) -> list[str]:
    """Words that run `argv` on node `n` over SSH from the workstation; a login shell when `argv` is empty.

    ssh joins its words with blanks and lets the other side's shell split them again, hence the quoting.
    """
    target = ["ssh", "-F", str(spec.paths.ssh_config), node_name(spec.check_node(n))]
    return hub_command(spec.paths, [*target, *([shlex.join(argv)] if argv else [])])


def in_node(
    spec: Spec, n: int, *argv: str, check: bool = True, text: str | None = None, timeout: float = 60
) -> Completed:
    """Run a command inside node `n`."""
    command = node_command(spec, n, argv)
    return run(*command, check=check, text=text, timeout=timeout, env=clean_environment())
