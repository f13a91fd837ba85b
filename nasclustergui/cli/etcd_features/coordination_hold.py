"""Answers `etcd lock`, `elect`, `lease keep` and `observe`: what lasts until Ctrl-C, or until a command has ended."""

from __future__ import annotations

import contextlib
import time
from argparse import Namespace
from collections.abc import Callable

from nasclustergui.cli.changes import plan_lines
from nasclustergui.cli.etcd_features.coordination_run import look
from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.terminal import note, say, say_json
from nasclustergui.cli.working import Interrupted, work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import NasError, StoreError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.remote.etcd_types import to_bytes
from nasclustergui.remote.local_command import run_here
from nasclustergui.subsystems.etcd.commands.coordination import checked_name, lease_id
from nasclustergui.subsystems.etcd.features import Store
from nasclustergui.subsystems.etcd.features.coordination import plans
from nasclustergui.subsystems.etcd.features.coordination.held import Held
from nasclustergui.subsystems.etcd.features.coordination.read import read_life, read_queue

_LOOK = 0.5  # seconds
_ASK = 2.0  # seconds between questions whether it is still there


def lock(session: Session, options: Namespace) -> int:
    """`etcd lock NAME [-- COMMAND]`."""
    return _hold(session, plans.plan_lock(session.profile.name, options.name, options.ttl), options)


def elect(session: Session, options: Namespace) -> int:
    """`etcd elect NAME VALUE [-- COMMAND]`."""
    return _hold(session, plans.plan_elect(session.profile.name, options.name, options.value), options)


def keep(session: Session, options: Namespace) -> int:
    """`etcd lease keep ID`."""
    number = lease_id(options.lease)
    life = look(session, lambda store, job: read_life(store, number, job))
    options.dry_run, options.argv = False, []
    return _hold(session, plans.plan_keep(session.profile.name, life), options)


def _hold(session: Session, plan: Plan, options: Namespace) -> int:
    """Carry it out without a question, for nothing is left of it once we end; then wait, or run the command."""
    plan = plan.with_author(session.user)
    if options.dry_run:
        session.executor.dry_run(plan, Job(plan.title))
        for line in plan_lines(plan):
            say(line)
        return Exit.OK
    outcomes = work(Job(plan.title), lambda job: session.executor.run(plan, job))
    store = work(Job("store", quiet=True), lambda _job: session.store())
    held = store.held.all()[0]
    if options.json:
        say_json({"kind": held.kind.value, "key": _key(held), "lease": f"{held.lease:x}"})
    else:
        say(outcomes[0].output.splitlines()[0])
    lost = _Loss(store, held)
    try:
        if options.argv:
            settings = {"ETCD_LOCK_KEY": _key(held), "ETCD_LOCK_REV": str(held.revision)}  # as etcdctl's lock does
            status = run_here(options.argv, settings, lost)
            if not lost():
                return status
        else:
            _wait(lost)
    finally:
        store.held.close()
    raise _gone(held)


def _wait(over: Callable[[], bool]) -> None:
    """Until that is so; Ctrl-C is how one ends it, and no failure."""

    def wait(job: Job) -> None:
        while not over():
            job.sleep(_LOOK)

    try:
        work(Job("hold", quiet=True), wait)
    except Interrupted as stopped:
        note(_("Released."))
        raise Interrupted(stopped.code) from stopped


class _Loss:
    """Whether what is held was lost: the lease ran out, or somebody deleted our place in the queue."""

    def __init__(self, store: Store, held: Held) -> None:
        self._store, self._held = store, held
        self._next = time.monotonic() + _ASK
        self._taken = False

    def __call__(self) -> bool:
        """Asks etcd now and then; no answer is no loss."""
        if self._held.key and not self._taken and time.monotonic() > self._next:
            self._next = time.monotonic() + _ASK
            with contextlib.suppress(NasError):
                self._taken = self._store.client.get(self._held.key, seconds=1.0) is None
        return self._taken or self._held.lost


def _key(held: Held) -> str:
    return held.key.decode("utf-8", "backslashreplace")


def _gone(held: Held) -> StoreError:
    return StoreError(
        _("{name} is no longer held.").format(name=held.name),
        hint=_("etcd could not be reached for longer than the lease lives, or somebody took it away."),
    )


def observe(session: Session, options: Namespace) -> Exit:
    """`etcd observe NAME`: a line for each leader, "" while nobody leads."""
    name = checked_name(options.name)

    def say_leader(store: Store, job: Job, before: str | None) -> str:
        owner = read_queue(store, name, job).owner
        leader = owner.value.decode("utf-8", "backslashreplace") if owner is not None else ""
        if leader != before:
            _tell(leader, owner is not None, options.json)
        return leader

    if options.once:
        return Exit.OK if look(session, lambda store, job: say_leader(store, job, None)) else Exit.FAILED

    def follow(store: Store, job: Job) -> None:
        moved = _Moved(job)
        watch = store.client.watch_prefix(to_bytes(name) + b"/", moved.set, moved.set)
        leader: str | None = None
        try:
            while True:
                leader = say_leader(store, job, leader)
                moved.wait()
        finally:
            watch.stop()

    look(session, follow)
    return Exit.OK


def _tell(leader: str, there: bool, as_json: bool) -> None:
    if as_json:
        say_json({"leader": leader if there else None})
    else:
        say(leader if there else _("Nobody leads."))


class _Moved:
    """Set by a watch's thread; the job's own sleep notices a cancel."""

    def __init__(self, job: Job) -> None:
        self._job, self._is_set = job, False

    def set(self, _what: object) -> None:
        """Something changed."""
        self._is_set = True

    def wait(self) -> None:
        """Until something changed."""
        while not self._is_set:
            self._job.sleep(0.1)
        self._is_set = False
