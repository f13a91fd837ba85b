"""One answer to "is it well?": the most urgent problem first, with what to do."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from nasclustergui.cluster.nodes.machine.alerts import machine_problems
from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.errors import NasError
from nasclustergui.core.events import Problem, Severity
from nasclustergui.core.i18n import _, ngettext, sentences
from nasclustergui.core.units import clock
from nasclustergui.subsystems.etcd import health as etcd_health
from nasclustergui.subsystems.gluster import health as gluster_health
from nasclustergui.subsystems.gluster.model import VolumeStatus
from nasclustergui.subsystems.nodes import health as nodes_health


@dataclass(frozen=True)
class Verdict:
    """What the first card of the Overview says.

    Attributes:
        severity, word: "Healthy", "Act now", "Needs attention", "Works by itself", "Not known".
        problem: the most urgent one; None when all is well.
        title, text: headline and explanation.
        others: the remaining problems, worst first.
    """

    severity: Severity
    word: str
    title: str
    text: str = ""
    problem: Problem | None = None
    others: tuple[Problem, ...] = ()


def problems(state: ClusterState) -> tuple[Problem, ...]:
    """All problems of all subsystems, worst first; equal ones stay in the subsystems' order."""
    found = list(nodes_health.problems(state.nodes))
    if state.gluster is not None:
        found.extend(_dated(gluster_health.problems(state.gluster), "gluster", state))
    if state.etcd is not None:
        found.extend(_dated(etcd_health.problems(state.etcd), "etcd", state))
    found.extend(machine_problems(state))
    found.extend(_unread(name, error, state.read_at.get(name)) for name, error in state.errors.items())
    weighed = [_weighed(problem, state) for problem in _without_echoes(found)]
    return tuple(sorted(weighed, key=lambda problem: (-problem.severity, -problem.urgency)))


def _dated(found: tuple[Problem, ...], name: str, state: ClusterState) -> tuple[Problem, ...]:
    """What an older reading told: said as such where there is no newer one, since it may be over or worse by now."""
    if name not in state.errors:
        return found
    then = _("That was read at {time}.").format(time=clock(state.read_at.get(name)))
    return tuple(replace(problem, text=sentences(problem.text, then)) for problem in found)


def _weighed(problem: Problem, state: ClusterState) -> Problem:
    """What a silent node carries decides how bad that is: neither bricks nor an etcd member hurt nobody's data."""
    if not problem.key.endswith("/link"):
        return problem
    bricks = state.bricks_of(problem.subject)
    if not bricks and not state.etcd_role(problem.subject) and problem.severity > Severity.WARN:
        return replace(problem, severity=Severity.WARN)
    unknown = dict.fromkeys(v.name for v, i in bricks if v.bricks[i].online is None)
    if unknown:
        text = _("Whether its bricks of {volumes} serve files is not known.").format(volumes=", ".join(unknown))
        return replace(problem, text=sentences(problem.text, text))
    return problem


def _unread(name: str, error: NasError, read_at: float | None) -> Problem:
    """A subsystem that can't be read is itself a problem: nobody knows how it is."""
    services = {"gluster": "GlusterFS", "etcd": "etcd", "nodes": _("Nodes")}
    shown = _("Values shown are from {time}.").format(time=clock(read_at)) if read_at else _("Nothing was read so far.")
    return Problem(
        f"{name}/read",
        Severity.CRITICAL if read_at else Severity.WARN,
        _("{service} cannot be read").format(service=services.get(name, name)),
        sentences(str(error), shown),
        (error.hint,) if error.hint else (),
        f"{name}.read",
        name,
        read_at,
        urgency=3 if read_at else 0,  # it comes before what an older reading told
    )


def _without_echoes(found: list[Problem]) -> list[Problem]:
    """A node that is gone explains its peer and its registration: they are not problems of their own."""
    gone = {p.subject for p in found if p.key.endswith("/link") and p.severity >= Severity.CRITICAL}
    return [p for p in found if not (p.key.startswith(("gluster/peer/", "etcd/registration/")) and p.subject in gone)]


class Since:
    """Remembers when each problem was first seen, so that its age can be told."""

    def __init__(self) -> None:
        self._first: dict[str, float] = {}

    def stamp(self, found: tuple[Problem, ...], now: float | None = None) -> tuple[Problem, ...]:
        """The same problems with `since` filled in; forgets those that are over."""
        at = time.time() if now is None else now
        self._first = {p.key: self._first.get(p.key, p.since or at) for p in found}
        return tuple(replace(p, since=self._first[p.key]) for p in found)


def verdict(state: ClusterState, found: tuple[Problem, ...]) -> Verdict:
    """The verdict over problems that `problems` gave, worst first."""
    if not state.read_at and not found:
        return Verdict(Severity.UNKNOWN, _("Not known"), _("Reading the cluster…"))
    if not found:
        waiting = _waiting_for(state)
        if waiting:
            title = _("Waiting for {nodes}").format(nodes=waiting)
            return Verdict(Severity.UNKNOWN, _("Not known"), title, _all_online(state))
        return Verdict(Severity.OK, _("Healthy"), _all_online(state), _what_was_checked(state))
    worst = found[0]
    return Verdict(worst.severity, _words()[worst.severity], worst.title, worst.text, worst, found[1:])


def _waiting_for(state: ClusterState) -> str:
    """What was not read yet: nothing is healthy before everything was looked at once."""
    silent = ", ".join(n.name for n in state.nodes.nodes if not n.online)
    if silent:
        return silent
    if state.gluster is None:
        return _("the volumes")
    if not state.gluster.status_at and any(v.status is VolumeStatus.STARTED for v in state.gluster.volumes):
        return _("the states of the bricks")
    return "etcd" if state.profile.etcd.endpoints and state.etcd is None else ""


def _words() -> dict[Severity, str]:
    return {
        Severity.CRITICAL: _("Act now"),
        Severity.WARN: _("Needs attention"),
        Severity.UNKNOWN: _("Not known"),
        Severity.BUSY: _("Works by itself"),
        Severity.INFO: _("Healthy"),
        Severity.OK: _("Healthy"),
    }


def _all_online(state: ClusterState) -> str:
    nodes = state.nodes.nodes
    return ngettext("{online}/{total} node online", "{online}/{total} nodes online", len(nodes)).format(
        online=sum(n.online for n in nodes), total=len(nodes)
    )


def _what_was_checked(state: ClusterState) -> str:
    parts = []
    if state.gluster is not None:
        running = sum(v.status is VolumeStatus.STARTED for v in state.gluster.volumes)
        text = ngettext("{n} volume runs with all its bricks", "{n} volumes run with all their bricks", running)
        none = _("No volume runs") if state.gluster.volumes else _("No volumes yet")
        parts.append(text.format(n=running) if running else none)
    if state.etcd is not None and state.etcd.members:
        parts.append(
            _("{healthy} of {members} etcd members answer").format(
                healthy=state.etcd.healthy, members=len(state.etcd.members)
            )
        )
    return " · ".join(parts)
