"""What lies where new bricks are to be: looked at before a plan is shown, as in the window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from nasclustergui.cli.terminal import note
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import InvalidInput, NasError
from nasclustergui.core.i18n import _, sentences
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Meaning, Plan
from nasclustergui.subsystems.gluster.features.places.model import Site, SiteState
from nasclustergui.subsystems.gluster.features.places.plans import set_aside
from nasclustergui.subsystems.gluster.features.places.read import look
from nasclustergui.subsystems.gluster.features.places.words import finding, refused
from nasclustergui.subsystems.gluster.layout import BrickSpec
from nasclustergui.subsystems.gluster.model import GlusterState

Found = Mapping[str, tuple[Site, ...] | NasError]


def on_places(
    session: Session, plan: Plan, bricks: Sequence[BrickSpec], state: GlusterState, *, force: bool, aside: bool
) -> Plan:
    """The plan with what was found said, or set aside. Raises InvalidInput for what gluster would refuse."""
    wanted: dict[str, list[str]] = {}
    for brick in bricks:
        if brick.node:  # others are no nodes of the profile: nobody to ask
            wanted.setdefault(brick.node, []).append(brick.path.rstrip("/"))
    found = work(Job(_("Look at the directories"), quiet=True), lambda job: look(session.gluster.pool, wanted, job))
    return with_places(plan, found, state, force=force, aside=aside)


def with_places(plan: Plan, found: Found, state: GlusterState, *, force: bool, aside: bool) -> Plan:
    """As `on_places`, from what was found. A node that gave no answer is named on the error stream."""
    said: list[Meaning] = []
    old: list[Site] = []
    must_be_empty = any("dirs_empty" in step.check.split() for step in plan.steps)
    for node, told in found.items():
        if isinstance(told, NasError):
            note(_("Directories of {node} could not be looked at: {why}").format(node=node, why=told))
            continue
        for place in told:
            if aside and place.occupied:
                old.append(place)
                continue
            said += _said(place, state, force, must_be_empty)
    return set_aside(replace(plan, meaning=(*said, *plan.meaning)), old)


def _said(place: Site, state: GlusterState, force: bool, must_be_empty: bool) -> list[Meaning]:
    there = finding(place, state.volumes)
    if there is None or (place.state is SiteState.MOUNT_POINT and force):
        return []
    severity, text = there
    if refused(place):
        raise InvalidInput(sentences(text), field="bricks", hint=_("Choose another directory."))
    if place.occupied and must_be_empty:
        raise InvalidInput(
            sentences(text), field="bricks", hint=_("Choose another directory, or rename this one with --set-aside.")
        )
    if place.needs_force and not force:
        raise InvalidInput(
            sentences(text),
            field="bricks",
            hint=_("Choose another directory, rename this one with --set-aside, or take it as it is with “force”."),
        )
    return [Meaning(severity, sentences(text), _("--set-aside renames it first.") if place.occupied else "")]
