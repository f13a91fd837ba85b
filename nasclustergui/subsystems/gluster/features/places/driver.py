"""What must still be so right before an old directory is set aside."""

from __future__ import annotations

from collections.abc import Mapping

from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.subsystems.gluster.features.places.read import look
from nasclustergui.subsystems.gluster.features.pool import Check, Follow, Pool


def _as_seen(pool: Pool, step: Step, job: Job) -> str:
    """It holds what was seen, and is nobody's brick by now."""
    node, path = step.args["node"], step.args["path"]
    for volume in pool.now(job).volumes:
        if any(brick.node == node and brick.path == path for brick in volume.bricks):
            return _("{path} on {node} is a brick of volume {volume} by now.").format(
                path=path, node=node, volume=volume.name
            )
    found = look(pool, {node: [path]}, job)[node]
    if isinstance(found, NasError):
        raise found
    now = found[0]
    if (now.state.value, now.volume_id) != (step.args["state"], step.args["volume_id"]):
        return _("{path} on {node} is no longer what was seen there.").format(path=path, node=node)
    return ""


CHECKS: Mapping[str, Check] = {"places_as_seen": _as_seen}
FOLLOWS: Mapping[str, Follow] = {}
