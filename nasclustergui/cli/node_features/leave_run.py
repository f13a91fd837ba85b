"""Answers `node drain`, `node undrain` and `node remove`."""

from __future__ import annotations

from argparse import Namespace
from functools import partial

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import carry_out_as
from nasclustergui.cli.terminal import note
from nasclustergui.cli.working import work
from nasclustergui.cluster.lifecycle.leave.drain import plan_drain, plan_undrain
from nasclustergui.cluster.lifecycle.leave.model import Leaving, Place
from nasclustergui.cluster.lifecycle.leave.places import named, suggest
from nasclustergui.cluster.lifecycle.leave.read import read_draining, read_leaving, read_places, who
from nasclustergui.cluster.lifecycle.leave.remove import draft, plan_remove
from nasclustergui.cluster.session import Session
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job


def drain(session: Session, options: Namespace) -> Exit:
    """Nothing new is placed on it from now on."""
    found = work(Job(_("Read the cluster"), quiet=True), partial(read_draining, session, options.name))
    return carry_out_as(session, plan_drain(found, options.reason, who(), session.profile.name), options)


def undrain(session: Session, options: Namespace) -> Exit:
    """The drain is over."""
    found = work(Job(_("Read the cluster"), quiet=True), partial(read_draining, session, options.name))
    return carry_out_as(session, plan_undrain(found, session.profile.name), options)


def remove(session: Session, options: Namespace) -> Exit:
    """Bricks, etcd, pool, heartbeat, keys, profile. All reasons against it are told, not only the first."""

    def look(job: Job) -> tuple[Leaving, list[Place]]:
        found = read_leaving(session, options.name, job)
        return found, read_places(session, found, options.to, job)

    found, places = work(Job(_("Read the cluster"), quiet=True), look)
    chosen = named(found, places) if places else suggest(found)
    findings = draft(found, chosen, session.profile).findings
    if not options.json:
        for finding in findings[1:]:  # the first is the error itself
            note(f"{finding.text} {finding.more}".strip())
    return carry_out_as(session, plan_remove(found, chosen, session.profile), options)
