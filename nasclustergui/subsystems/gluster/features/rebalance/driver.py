"""Conditions about processes of a rebalance that run on a node alone, and how their end is waited for."""

from __future__ import annotations

import time

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.core.units import duration
from nasclustergui.subsystems.gluster.commands.answer import Answer
from nasclustergui.subsystems.gluster.features.pool import Check, Follow, Pool
from nasclustergui.subsystems.gluster.features.rebalance import commands
from nasclustergui.subsystems.gluster.features.rebalance.model import NodeRun
from nasclustergui.subsystems.gluster.features.rebalance.read import look
from nasclustergui.subsystems.gluster.model import TaskState, VolumeStatus

PAUSE = 3.0  # seconds between looks
TOLERATED = 600.0  # seconds without an answer of the node before the waiting gives up


def _left_over(pool: Pool, step: Step, job: Job) -> str:
    """The node still goes on by itself."""
    node = step.args["node"]
    run = _run(pool, step, job)
    if run is None or not run.process:
        return _("{node} has ended its part by itself.").format(node=node)
    return ""


def _none_left_over(pool: Pool, step: Step, job: Job) -> str:
    """No node goes on by itself: gluster would refuse the start and say only “already started”."""
    volume = pool.now(job).volume(step.args["volume"])
    if volume is None or volume.status is not VolumeStatus.STARTED:
        return ""  # other conditions tell that
    found = look(pool, volume, job)
    nodes = [n for n, run in found.nodes.items() if run.process and run.progress.state is TaskState.RUNNING]
    if not nodes:
        return ""
    text = _("{nodes} still goes on with a rebalance that the rest of the pool has forgotten.")
    return text.format(nodes=", ".join(nodes))


def _wait_for_end(pool: Pool, step: Step, job: Job) -> None:
    node, volume = step.args["node"], step.args["volume"]
    silent_since: float | None = None
    while True:
        try:
            run = _run(pool, step, job)
        except NasError as error:
            now = time.monotonic()
            silent_since = silent_since or now
            if now - silent_since > TOLERATED:
                raise
            job.report(_("{node} cannot be asked: {error}").format(node=node, error=error))
        else:
            silent_since = None
            if run is None or not run.process:
                job.write(node, _("The rebalance of {volume} on {node} has ended.").format(volume=volume, node=node))
                return
            text = _("{node} moves its part of {volume}, for {time} now")
            job.report(text.format(node=node, volume=volume, time=duration(int(run.running))))
        job.sleep(PAUSE)


def _run(pool: Pool, step: Step, job: Job) -> NodeRun | None:
    node, command = step.args["node"], commands.look(step.args["volume"])
    return commands.parse_look(Answer(command, pool.on_node(node, command, job), node), node, "")


CHECKS: dict[str, Check] = {"rebalance_left_over": _left_over, "no_rebalance_left_over": _none_left_over}
FOLLOWS: dict[str, Follow] = {"rebalance_left_over": _wait_for_end}
