"""Reads sessions, their settings, and whether nodes are ready for one; for worker threads."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from functools import partial

from nasclustergui.core.command import Command
from nasclustergui.core.errors import LockBusy, NasError, UnexpectedOutput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.features.geo_replication import commands
from nasclustergui.subsystems.gluster.features.geo_replication.model import Ready, Session, Target
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.parallel import gather

TRIES = 4

# Where Debian, Fedora and SUSE put it. The login is tried as gluster's own check does it, without a password.
SCRIPT = """gsyncd=no rsync=no login=no
for folder in /usr/lib/*/glusterfs /usr/libexec/glusterfs /usr/lib/glusterfs; do
  [ -x "$folder/gsyncd" ] && gsyncd=yes
done
command -v rsync >/dev/null && rsync=yes
said=$(ssh -oBatchMode=yes -oNumberOfPasswordPrompts=0 -oStrictHostKeyChecking=no -oConnectTimeout=5 \
  -- "$1" true 2>&1 </dev/null) && login=yes
printf '%s %s %s\\n%s\\n' $gsyncd $rsync $login "$said" """


def read_sessions(pool: Pool, volume: str, job: Job) -> tuple[Session, ...]:
    """All sessions of the volume, with their counters.

    Raises NotInstalled, LockBusy when gluster would not say for long, else as `Pool.ask`.
    """
    for attempt in range(TRIES):
        found = pool.ask(commands.status(volume), commands.parse_sessions, job)
        if found is not None:
            return found
        if pool.ask(commands.status(volume, xml=False), commands.parse_none, job):
            return ()
        job.sleep(0.5 * 2**attempt * random.uniform(0.5, 1.5))
    raise LockBusy(
        "gluster", str(commands.status(volume)), 2, "", message=_("it does not tell the sessions of the volume")
    )


def read_config(pool: Pool, session: Session, job: Job) -> Mapping[str, str]:
    """Its settings."""
    return pool.ask(commands.config(session.volume, session.target), commands.parse_config, job)


def look(target: Target) -> Command:
    """Read by `parse_ready`."""
    return Command(("sh", "-c", SCRIPT, "sh", f"{target.user}@{target.host}"), timeout=20.0)


def read_ready(pool: Pool, target: Target, nodes: Sequence[str], job: Job) -> tuple[Ready, ...]:
    """Each of the nodes, asked at once; those that can't be asked are not ready."""
    answers = gather({node: partial(_of_node, pool, node, target, job) for node in nodes})
    return tuple(
        Ready(node, False, False, False, str(answer)) if isinstance(answer, NasError) else answer
        for node, answer in answers.items()
    )


def _of_node(pool: Pool, node: str, target: Target, job: Job) -> Ready:
    result = pool.on_node(node, look(target), job)
    first, _newline, said = result.stdout.partition("\n")
    words = first.split()
    if len(words) != 3 or not set(words) <= {"yes", "no"}:
        raise UnexpectedOutput(_("{node}: its answer cannot be read").format(node=node), details=result.stdout)
    gsyncd, rsync, login = (word == "yes" for word in words)
    lines = [line for line in said.splitlines() if line.strip() and "Permanently added" not in line]
    return Ready(node, gsyncd, rsync, login, lines[-1].strip() if lines and not login else "")
