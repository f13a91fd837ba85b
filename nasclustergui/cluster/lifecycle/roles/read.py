"""Finds out everything about a node that is to become a manager. For worker threads; changes nothing.

For a few seconds two ports of the node are opened by a small program, so that the members can try to reach them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

from nasclustergui.cluster.lifecycle.roles import probe
from nasclustergui.cluster.lifecycle.roles.certificates import Choice, Ground, provide, to_open
from nasclustergui.cluster.lifecycle.roles.judge import Seen, judge, missing_files
from nasclustergui.cluster.lifecycle.roles.model import Candidate, Files, Finding, Look, Stage
from nasclustergui.cluster.lifecycle.roles.settings import (
    authorities,
    derived,
    host_for,
    hosts_of,
    other_files,
    pairs,
    port_of,
)
from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import InvalidInput, NasError, PlanOutdated
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.remote.parallel import gather
from nasclustergui.subsystems.etcd.features import Store
from nasclustergui.subsystems.etcd.features.members.arithmetic import Verdict, promote_verdict
from nasclustergui.subsystems.etcd.features.members.joining import initial_cluster
from nasclustergui.subsystems.etcd.model import EtcdState, Member

_UNLIKELY = "/nonexistent"


def read_candidate(store: Store, node: str, job: Job, choice: Choice | None = None, host: str = "") -> Candidate:
    """Look at the node, the members, and everything between. `host`: where it is to listen, "" to find out.

    Raises StoreError when etcd does not answer, InvalidInput for an unknown node.
    """
    if node not in list(store.nodes):
        raise InvalidInput(_("The profile has no node “{node}”.").format(node=node), field="node")
    job.report(_("Reading etcd's members"))
    state = store.read(job)
    job.report(_("Looking at the nodes"))
    looks = _looks(store, node, state, job)
    look = looks[node]
    draft = _draft(store, node, state, looks, host)
    if not isinstance(look, Look) or not draft.settings:
        return _judged(draft, looks)
    job.report(_("Trying the ports and reading the certificates"))
    return _checked(store, draft, looks, choice or Choice(), job)


def _looks(store: Store, node: str, state: EtcdState, job: Job) -> dict[str, Look | str]:
    names = dict.fromkeys((node, *(m.node for m in state.members if m.node)))
    answers = gather({name: partial(read_look, store, name) for name in names}, job)
    return {name: str(found) if isinstance(found, NasError) else found for name, found in answers.items()}


def read_look(store: Store, node: str, job: Job) -> Look:
    """What a machine says about etcd on it. Raises a NasError."""
    began = time.time()
    result = store.nodes[node].run(probe.look(), job)
    return probe.parse_look(node, result, (began + time.time()) / 2)


def own_member(state: EtcdState, node: str, peer_host: str = "") -> Member | None:
    """The node's member, also where it is known by another address than the profile's."""
    found = next((m for m in state.members if m.node == node), None)
    if found is not None or not peer_host:
        return found
    return next((m for m in state.members if peer_host in hosts_of(",".join(m.peer_urls))), None)


def stage_of(member: Member | None) -> Stage:
    """How far a node with that member is."""
    if member is None:
        return Stage.OUTSIDE
    if not member.name:
        return Stage.ANNOUNCED
    return Stage.LEARNER if member.learner else Stage.VOTER


def _draft(store: Store, node: str, state: EtcdState, looks: Mapping[str, Look | str], host: str) -> Candidate:
    """The node, its stage and its settings to be, where they can be derived."""
    look, member = looks[node], own_member(state, node)
    known = look if isinstance(look, Look) else None
    example = _example(node, state, looks)
    settings: dict[str, str] = {}
    if known is not None and example is not None:
        of, there = example
        reference = next(iter(hosts_of(",".join(of.peer_urls))), "")
        host = host or host_for(reference, of.name, node, known.addresses, store.nodes[node].host)
        member = member or (own_member(state, node, host) if host else None)
        if host and not there.config_file:
            settings = _settings(there.settings, node, host, state, member)
    peer_url = settings.get("ETCD_INITIAL_ADVERTISE_PEER_URLS", "").split(",")[0]
    client_url = settings.get("ETCD_ADVERTISE_CLIENT_URLS", "").split(",")[0]
    stage = stage_of(member)
    return Candidate(node, state, member, stage, known, host, settings, peer_url, client_url, pairs(settings))


def _settings(
    example: Mapping[str, str], node: str, host: str, state: EtcdState, member: Member | None
) -> dict[str, str]:
    made = derived(example, node, host, ())
    urls = made["ETCD_INITIAL_ADVERTISE_PEER_URLS"].split(",")
    others = [m for m in state.members if m is not member]
    try:
        made["ETCD_INITIAL_CLUSTER"] = initial_cluster(others, node, urls)
    except PlanOutdated:  # judged as "another member was never started"
        made["ETCD_INITIAL_CLUSTER"] = ""
    return made


def _example(node: str, state: EtcdState, looks: Mapping[str, Look | str]) -> tuple[Member, Look] | None:
    """A voting member whose running settings are known; the leader's first."""
    order = sorted((m for m in state.members if not m.learner and m.node != node), key=lambda m: not m.leader)
    for member in order:
        look = looks.get(member.node)
        if isinstance(look, Look) and look.settings:
            return member, look
    return None


def _checked(store: Store, draft: Candidate, looks: Mapping[str, Look | str], choice: Choice, job: Job) -> Candidate:
    """Ports, the ways between the nodes, certificates."""
    example = _example(draft.node, draft.state, looks)
    assert example is not None
    of, there = example
    tasks: dict[str, Callable[[Job], Result]] = {
        "here": _ask(store, draft.node, _files_here(draft)),
        "there": _ask(store, of.node, _files_there(there)),
        **_port_tasks(store, draft, looks),
    }
    answers = gather(tasks, job)
    results = {name: found for name, found in answers.items() if not isinstance(found, NasError)}
    here = probe.parse_files(results["here"]) if "here" in results else Files()
    model = probe.parse_files(results["there"]) if "there" in results else Files()
    ports = dict.fromkeys(_ports(draft), "")
    if "listen" in results:
        ports |= probe.parse_listen(results["listen"])
    reached = {n.removeprefix("from "): probe.parse_connect(r) for n, r in results.items() if n.startswith("from ")}
    tried = {n: r for n, r in reached.items() if r} if "listen" in results else {}
    made = _judged(draft, looks, ports, tried, missing_files(draft.settings, tuple(here.texts)))
    if draft.stage is Stage.VOTER or (draft.look is not None and draft.look.running and draft.stage is Stage.LEARNER):
        return made
    ground = Ground(draft.node, draft.host, draft.pairs, draft.settings, here, model, _twins(draft.settings, there))
    uploads, findings = provide(choice, ground)
    closed, warnings = to_open(here, tuple(upload.path for upload in uploads), draft.look.user if draft.look else "")
    return replace(made, findings=_sorted((*made.findings, *findings, *warnings)), uploads=uploads, opened=closed)


def _judged(
    draft: Candidate,
    looks: Mapping[str, Look | str],
    ports: Mapping[int, str] | None = None,
    reached: Mapping[str, Mapping[str, str]] | None = None,
    missing: Sequence[str] = (),
) -> Candidate:
    example = _example(draft.node, draft.state, looks)
    verdict = vote_of(draft.state, draft.node, draft.member)
    seen = Seen(
        draft.node,
        draft.state,
        draft.member,
        draft.stage,
        looks,
        example[0].node if example else "",
        draft.host,
        draft.settings,
        draft.peer_url,
        verdict,
        ports or {},
        reached or {},
        missing,
    )
    return replace(draft, findings=_sorted(judge(seen)), verdict=verdict)


def vote_of(state: EtcdState, node: str, member: Member | None) -> Verdict | None:
    """What one more vote does, once its member runs; None where it has it already."""
    if member is not None and not member.learner:
        return None
    others = tuple(m for m in state.members if m is not member)
    new = replace(member, healthy=True) if member else Member(0, node, node, healthy=True, learner=True)
    return promote_verdict((*others, new), new)


def _sorted(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: -finding.severity))


def _ports(draft: Candidate) -> tuple[int, int]:
    """For the other members, for clients."""
    settings = draft.settings
    return port_of(settings, "LISTEN_PEER_URLS", 2380), port_of(settings, "LISTEN_CLIENT_URLS", 2379)


def _files_here(draft: Candidate) -> Command:
    texts = (*(p.certificate for p in draft.pairs), *authorities(draft.settings), *other_files(draft.settings))
    user = draft.look.user if draft.look is not None else probe.ETCD_USER
    return probe.files(texts or (_UNLIKELY,), (p.key for p in draft.pairs), user)


def _files_there(look: Look) -> Command:
    paths = (*(p.certificate for p in pairs(look.settings)), *authorities(look.settings))
    return probe.files(paths or (_UNLIKELY,), ())


def _twins(settings: Mapping[str, str], example: Look) -> dict[str, str]:
    """Path of the new member → path of the same file on the example."""
    return {value: example.settings.get(key, value) for key, value in settings.items() if key.endswith("_FILE")}


def _port_tasks(store: Store, draft: Candidate, looks: Mapping[str, Look | str]) -> dict[str, Callable[[Job], Result]]:
    """Open the node's ports and try them from the members; try the members' from the node."""
    ports = _ports(draft)
    free = draft.look is not None and not any(port in draft.look.listening for port in ports)
    if draft.stage not in (Stage.OUTSIDE, Stage.ANNOUNCED) or draft.look is None or not draft.look.perl:
        return {}
    others = [m for m in draft.state.members if m is not draft.member and m.healthy]
    tasks: dict[str, Callable[[Job], Result]] = {}
    triers = [n for n in dict.fromkeys(m.node for m in others) if _has_perl(looks.get(n))]
    if free and draft.host:
        tasks["listen"] = _ask(store, draft.node, probe.listen(draft.host, ports, len(triers)))
        theirs = [f"{_bracketed(draft.host)}:{port}" for port in ports]
        tasks |= {f"from {n}": _ask(store, n, probe.connect(theirs)) for n in triers}
    targets = [_target(url) for m in others for url in (*m.peer_urls[:1], *m.client_urls[:1])]
    if targets:
        tasks[f"from {draft.node}"] = _ask(store, draft.node, probe.connect(targets, 1.0))
    return tasks


def _has_perl(look: Look | str | None) -> bool:
    return isinstance(look, Look) and look.perl


def _target(url: str) -> str:
    parts = urlsplit(url)
    return f"{_bracketed(parts.hostname or '')}:{parts.port or 2380}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _ask(store: Store, node: str, command: Command) -> Callable[[Job], Result]:
    return lambda job: store.nodes[node].run(command, job)
