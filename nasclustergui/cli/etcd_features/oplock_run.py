"""Answers `etcd operation …`."""

from __future__ import annotations

from argparse import Namespace

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import carry_out_as
from nasclustergui.cli.terminal import say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import PlanOutdated, StoreError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.oplock import Holder, LockState, LockView
from nasclustergui.subsystems.etcd.features.oplock.plans import plan_break


def show(session: Session, options: Namespace) -> Exit:
    """Who holds the lock."""
    view = _read(session)
    if options.json:
        say_json({"state": view.state.value, "holder": _data(view.holder) if view.holder else None})
    elif view.holder is None:
        say(_("Nobody changes the cluster now."))
    else:
        say(view.holder.sentence)
    return Exit.OK


def break_lock(session: Session, options: Namespace) -> Exit:
    """Take the lock away."""
    view = _read(session)
    if view.holder is None:
        raise PlanOutdated(_("Nobody holds the cluster's lock."))
    return carry_out_as(session, plan_break(view.holder, session.profile.name), options)


def _read(session: Session) -> LockView:
    """Raises StoreError where nobody can tell."""
    session.store()  # says what to do where the profile names no etcd
    view = work(Job(_("Read the cluster's lock"), quiet=True), session.guard.read)
    if view.state is LockState.MISSING:
        raise StoreError(view.why)
    return view


def _data(holder: Holder) -> dict[str, object]:
    return {
        "who": holder.who,
        "title": holder.title,
        "lane": holder.lane,
        "plan": holder.plan,
        "since": holder.started or None,
        "more": holder.more,
        "instance": holder.instance,
    }
