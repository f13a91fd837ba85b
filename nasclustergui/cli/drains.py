"""Keeps new bricks off nodes that are being drained."""

from __future__ import annotations

from collections.abc import Iterable

from nasclustergui.cli.terminal import note
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import InvalidInput, NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.subsystems.etcd.health import drain_note


def refuse_draining(session: Session, nodes: Iterable[str]) -> None:
    """Raise InvalidInput if one of the nodes is being drained. Where etcd does not tell, that is said."""
    if not session.has_etcd:
        return
    try:
        drains = work(Job(_("Read the drains"), quiet=True), session.read_etcd).drains
    except NasError as error:
        note(_("Whether a node is being drained is not known: {why}").format(why=error))
        return
    for node in nodes:
        if node in drains:
            raise InvalidInput(
                _("{node} is being drained: nothing new is placed on it.").format(node=node),
                field="bricks",
                hint=_("{note} End the drain first: nasclustergui node undrain {node}").format(
                    note=drain_note(drains[node]), node=node
                ),
            )
