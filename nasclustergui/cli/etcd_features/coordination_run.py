"""Answers `etcd lease`, `locks`, `unlock`, `services` and `heartbeats`."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Callable
from typing import Any, TypeVar

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import carry_out_as
from nasclustergui.cli.status import show_table
from nasclustergui.cli.terminal import say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.units import DASH, duration
from nasclustergui.remote.etcd_leases import LeaseLife
from nasclustergui.remote.etcd_types import decoded, printable
from nasclustergui.subsystems.etcd.commands.coordination import checked_name, lease_id
from nasclustergui.subsystems.etcd.features import Store
from nasclustergui.subsystems.etcd.features.coordination import plans
from nasclustergui.subsystems.etcd.features.coordination.ages import BeatClock
from nasclustergui.subsystems.etcd.features.coordination.model import Beat, Contender, Queue, Survey
from nasclustergui.subsystems.etcd.features.coordination.read import read_life, read_queue, survey

T = TypeVar("T")


def look(session: Session, read: Callable[[Store, Job], T]) -> T:
    """Read with the store in a worker thread."""
    return work(Job(_("Read etcd"), quiet=True), lambda job: read(session.store(), job))


def leases(session: Session, options: Namespace) -> Exit:
    """`etcd lease list`."""
    seen = look(session, survey)
    if seen.leases_error is not None:
        raise seen.leases_error
    if options.json:
        say_json([_lease_data(life) for life in seen.leases])
        return Exit.OK
    rows: list[tuple[str, ...]] = [(_("Lease"), _("Left"), _("Granted"), _("Keys"))]
    for life in seen.leases:
        keys = ", ".join(printable(key) for key in life.keys)
        rows.append((f"{life.id:x}", duration(life.left), duration(life.granted), keys or DASH))
    show_table(rows)
    return Exit.OK


def _lease_data(life: LeaseLife) -> dict[str, Any]:
    keys = [decoded(key) for key in life.keys]
    return {"id": f"{life.id:x}", "left": life.left, "granted": life.granted, "keys": keys}


def grant(session: Session, options: Namespace) -> Exit:
    """`etcd lease grant`."""
    return carry_out_as(session, plans.plan_grant(session.profile.name, options.ttl), options)


def revoke(session: Session, options: Namespace) -> Exit:
    """`etcd lease revoke`."""
    number = lease_id(options.lease)
    life = look(session, lambda store, job: read_life(store, number, job))
    if life.left < 0:
        raise InvalidInput(_("There is no lease {lease}.").format(lease=f"{number:x}"), field="lease")
    return carry_out_as(session, plans.plan_revoke(session.profile.name, life), options)


def locks(session: Session, options: Namespace) -> Exit:
    """`etcd locks [NAME]`: one that nobody wants has no line."""
    if options.name:
        name = checked_name(options.name)
        found: tuple[Queue, ...] = (look(session, lambda store, job: read_queue(store, name, job)),)
    else:
        found = look(session, survey).queues
    if options.json:
        say_json([_queue_data(queue) for queue in found])
        return Exit.OK
    rows: list[tuple[str, ...]] = [(_("Name"), _("Kind"), _("Place"), _("Value"), _("Lease"), _("Left"))]
    for queue in found:
        kind = _("election") if queue.election else _("lock")
        for place, contender in enumerate(queue.contenders, 1):
            rows.append((queue.name, kind, _place(queue, place), *_texts(contender)))
    show_table(rows)
    return Exit.OK


def _place(queue: Queue, place: int) -> str:
    if queue.error:
        return DASH
    if place > 1:
        return _("waits, {n}.").format(n=place - 1)
    return _("leads") if queue.election else _("holds it")


def _texts(contender: Contender) -> tuple[str, str, str]:
    left = duration(contender.left) if contender.left is not None else DASH
    return printable(contender.value) or DASH, f"{contender.lease:x}", left


def _queue_data(queue: Queue) -> dict[str, Any]:
    places = [
        {"key": decoded(c.key), "lease": f"{c.lease:x}", "value": decoded(c.value), "left": c.left}
        for c in queue.contenders
    ]
    kind = "election" if queue.election else "lock"
    return {"name": queue.name, "kind": kind, "places": places, "error": queue.error or None}


def unlock(session: Session, options: Namespace) -> Exit:
    """`etcd unlock`: by force, since whoever holds it is another program."""
    name = checked_name(options.name)
    queue = look(session, lambda store, job: read_queue(store, name, job))
    plan = plans.plan_release(session.profile.name, queue, plans.owned(queue), ours=False)
    return carry_out_as(session, plan, options)


def services(session: Session, options: Namespace) -> Exit:
    """`etcd services`."""
    seen = look(session, survey)
    if seen.services_error is not None:
        raise seen.services_error
    if options.json:
        say_json([{"name": s.name, "leased": s.leased, "fields": dict(s.fields)} for s in seen.services])
        return Exit.OK
    rows: list[tuple[str, ...]] = [(_("Service"), _("Replicas"), _("Version"), _("More"))]
    for service in seen.services:
        more = ", ".join(f"{k}={v}" for k, v in service.fields.items() if k not in ("replicas", "version"))
        rows.append((service.name, service.fields.get("replicas", DASH), service.fields.get("version", DASH), more))
    show_table(rows)
    return Exit.OK


def heartbeats(session: Session, options: Namespace) -> Exit:
    """`etcd heartbeats`; exit status FAILED while a node of the profile isn't registered."""
    clock = BeatClock()

    def read(store: Store, job: Job) -> Survey:
        end = time.monotonic() + options.watch
        while True:
            seen = survey(store, job)
            clock.note(seen.beats, time.monotonic(), time.time())
            if time.monotonic() >= end:
                return seen
            job.sleep(min(1.0, max(0.0, end - time.monotonic())))

    seen = look(session, read)
    if seen.beats_error is not None:
        raise seen.beats_error
    data = [_beat_data(beat, clock) for beat in seen.beats]
    known = {beat.node for beat in seen.beats if beat.lease}
    silent = [node.name for node in session.profile.nodes if node.name not in known]
    if options.json:
        say_json({"nodes": data, "not_registered": silent})
    else:
        _show_beats(seen.beats, data, silent)
    return Exit.FAILED if silent else Exit.OK


def _beat_data(beat: Beat, clock: BeatClock) -> dict[str, Any]:
    age = clock.age(beat, time.monotonic(), time.time())
    return {
        "node": beat.node,
        "ip": beat.ip,
        "role": beat.role,
        "status": beat.status,
        "last_heartbeat": beat.stamp,
        "age": None if age.shown is None else round(age.shown, 1),
        "clock_ahead": None if age.ahead is None else round(age.ahead, 1),
        "lease": f"{beat.lease:x}" if beat.lease else None,
        "lease_left": beat.left,
    }


def _show_beats(beats: tuple[Beat, ...], data: list[dict[str, Any]], silent: list[str]) -> None:
    rows: list[tuple[str, ...]] = [(_("Node"), _("Role"), _("Status"), _("Age"), _("Lease left"), _("Its stamp"))]
    for beat, each in zip(beats, data, strict=True):
        age = DASH if each["age"] is None else duration(each["age"])
        left = duration(beat.left) if beat.left is not None else _("no lease")
        rows.append((beat.node, beat.role or DASH, beat.status or DASH, age, left, beat.stamp or DASH))
    show_table(rows)
    if silent:
        say(_("Not registered: {nodes}").format(nodes=", ".join(silent)))
