"""What `bench_ssh` starts anew each time, without Qt: a command on each of a few nodes, at once."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from nasclustergui.core.command import Command, Result
from nasclustergui.core.job import Job
from nasclustergui.remote.parallel import gather
from nasclustergui.remote.ssh_nodes import SshNodes
from tests.bench.local_sshd import LocalSshd

COLD = 4


def main(folder: str, port: str) -> None:
    """Raises RuntimeError unless every node answered."""
    nodes = SshNodes(LocalSshd(Path(folder), int(port)).profile(COLD))
    nodes.connect_all()
    answers = gather({name: partial(_true, nodes, name) for name in nodes})
    if any(isinstance(answer, Exception) for answer in answers.values()):
        raise RuntimeError(str(answers))
    nodes.close()


def _true(nodes: SshNodes, name: str, job: Job) -> Result:
    return nodes[name].run(Command(("true",), root=False), job)


if __name__ == "__main__":
    main(*sys.argv[1:])
