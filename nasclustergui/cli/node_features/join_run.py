"""Answers `node preflight`, `add`, `join`, `take-out` and `heartbeat …`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import carry_out_as
from nasclustergui.cli.status import show_table
from nasclustergui.cli.terminal import ask_secret, interactive, note, say, say_json
from nasclustergui.cli.working import work as in_thread
from nasclustergui.cluster.lifecycle.join import work
from nasclustergui.cluster.lifecycle.join.heartbeat import plan_remove_heartbeat
from nasclustergui.cluster.lifecycle.join.model import Finding, Verdict, check_title
from nasclustergui.cluster.lifecycle.join.plan import missing
from nasclustergui.cluster.lifecycle.join.takeout import plan_take_out
from nasclustergui.cluster.session import Session
from nasclustergui.core.command import Secret
from nasclustergui.core.errors import InvalidInput, NasError
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.profile import NodeProfile
from nasclustergui.core.profile_changes import with_node
from nasclustergui.core.questions import Question, QuestionKind
from nasclustergui.core.units import DASH, clock
from nasclustergui.remote.profile_edit import change_file
from nasclustergui.remote.secrets import SecretStore, StoredCredentials
from nasclustergui.remote.toml_text import read_text
from nasclustergui.subsystems.etcd.model import EtcdState, Registration
from nasclustergui.subsystems.nodes.features.heartbeat.files import version
from nasclustergui.subsystems.nodes.features.heartbeat.model import Heartbeat, Login
from nasclustergui.subsystems.nodes.features.heartbeat.read import heartbeats

UNNAMED = "new-node"


def preflight(session: Session, options: Namespace) -> Exit:
    """Every check with what came of it; FAILED while something is in the way."""
    known = next((n for n in session.profile.nodes if options.host in (n.name, n.host)), None)
    if known is not None:
        verdict = in_thread(Job("preflight", quiet=True), partial(work.look_at_node, session, known.name))
    else:
        verdict = _candidate(session, _described(options, options.name or UNNAMED))
        own = verdict.look.machine.hostname.partition(".")[0] if verdict.look.machine else ""
        if not options.name and own:
            verdict = _candidate(session, _described(options, own))
    _show_verdict(verdict, options.json)
    return Exit.FAILED if verdict.obstacles or verdict.look.machine is None else Exit.OK


def add(session: Session, options: Namespace) -> Exit:
    """Look at the machine, tell, then write it into the profile's file."""
    node = _described(options, options.name)
    change = partial(with_node, node=node)
    from nasclustergui.core.profile_check import check

    check(change(session.profile))
    verdict = _candidate(session, node)
    if not options.json:
        _show_verdict(verdict, False)
    if verdict.look.machine is None and not options.unchecked:
        first = verdict.findings[0]
        raise InvalidInput(f"{node.name}: {first.text}.", field="host", hint=first.more)
    if same := verdict.look.same_as:  # reached by another address: the profile can't tell
        text = _("{host} is the machine of {node} already.").format(host=node.host, node=same)
        raise InvalidInput(text, field="host", hint=_("Check the address: each machine is one node."))
    if options.dry_run or session.file is None:
        return Exit.OK
    change_file(session.file, change)
    if options.json:
        say_json({"added": node.name, **_data(verdict)})
    else:
        say(_("{node} is in the profile. Next: nasclustergui node join {node}").format(node=node.name))
    return Exit.OK


def join(session: Session, options: Namespace) -> Exit:
    """What the node lacks, as a plan."""
    verdict = _look(session, options)
    if verdict.obstacles and not options.json:
        _show_verdict(verdict, False)
    login = _login(verdict, options)
    plan = in_thread(Job("plan", quiet=True), partial(work.prepare_join, session, verdict, login))
    return carry_out_as(session, plan, options)


def take_out(session: Session, options: Namespace) -> Exit:
    """A join taken back."""
    return carry_out_as(session, plan_take_out(_look(session, options).look, session.profile.name), options)


def install(session: Session, options: Namespace) -> Exit:
    """The heartbeat service, new or up to date."""
    verdict = _look(session, options)
    login = _login(verdict, options)
    plan = in_thread(Job("plan", quiet=True), partial(work.prepare_heartbeat, session, verdict, login))
    return carry_out_as(session, plan, options)


def remove(session: Session, options: Namespace) -> Exit:
    """The heartbeat service off the node."""
    return carry_out_as(session, plan_remove_heartbeat(_look(session, options).look, session.profile.name), options)


def status(session: Session, options: Namespace) -> Exit:
    """A line per node."""
    names = [work.profile_node(session, options.name).name] if options.name else list(session.nodes)

    def read(job: Job) -> tuple[dict[str, Heartbeat | NasError], EtcdState]:
        session.nodes.connect_all()
        return heartbeats(session.nodes, names, job), session.read_etcd(job)

    if not session.has_etcd:
        raise InvalidInput(_("This cluster has no etcd."))
    found, etcd = in_thread(Job("heartbeats", quiet=True), read)
    why = etcd.registrations_error
    signs = None if why else {each.name: each for each in etcd.registrations}
    if options.json:
        say_json([_heartbeat_data(name, found[name], signs, why) for name in names])
        return Exit.FAILED if why else Exit.OK
    rows: list[tuple[str, ...]] = [
        (_("Node"), _("Service"), _("Version"), _("Since"), _("Registered"), _("Last sign"), _("Remark"))
    ]
    rows += [_heartbeat_row(name, found[name], signs) for name in names]
    show_table(rows)
    if why:
        note(f"{why} {etcd.registrations_hint}".strip())
    return Exit.FAILED if why else Exit.OK


# ---- looking


def _described(options: Namespace, name: str) -> NodeProfile:
    return NodeProfile(name, options.host, options.user, options.port, options.rack, options.role, options.jump)


def _candidate(session: Session, node: NodeProfile) -> Verdict:
    credentials = StoredCredentials(SecretStore(), ask_secret)
    return in_thread(Job("preflight", quiet=True), partial(work.look_at_candidate, session, node, credentials))


def _look(session: Session, options: Namespace) -> Verdict:
    verdict = in_thread(Job("look", quiet=True), partial(work.look_at_node, session, options.name))
    if verdict.look.machine is None:
        first = verdict.findings[0]
        raise NasError(f"{options.name}: {first.text}", hint=first.more)
    return verdict


def _login(verdict: Verdict, options: Namespace) -> Login:
    """What was found on the node, with what the options say instead."""
    found = verdict.look.login
    files = {name: value for name in ("ca", "cert", "key") if (value := getattr(options, name)) is not None}
    login = replace(found, **files)
    user = options.etcd_user
    if options.own_user:
        if verdict.look.etcd_users is None:
            raise InvalidInput(
                _("The profile's etcd user may not make users."), field="own-user", hint=_("Give --etcd-user instead.")
            )
        return replace(work.own_user(verdict.look), **files)
    if user is None:
        works = verdict.look.login_said == "" and not found.keep
        return replace(login, user="") if works else login
    if not user:
        return replace(login, user="", password=None, keep=False)
    if not options.password_file and found.keep and user == found.user and not interactive():
        return login
    return replace(login, user=user, password=_password(user, options), keep=False)


def _password(user: str, options: Namespace) -> Secret:
    if options.password_file:
        return Secret(read_text(Path(options.password_file)).partition("\n")[0])
    text = _("Password of etcd's user {user}").format(user=user)
    answer = ask_secret(Question(QuestionKind.ETCD_PASSWORD, text, user))
    if answer is None:
        raise InvalidInput(
            _("Nobody could be asked for the password of etcd's user {user}.").format(user=user),
            field="etcd-user",
            hint=_("Add --password-file with a file that only you may read."),
        )
    return answer.secret


# ---- telling


def _show_verdict(verdict: Verdict, as_json: bool) -> None:
    if as_json:
        say_json(_data(verdict))
        return
    for finding in verdict.findings:
        say(f"{_word(finding):<9} {check_title(finding.check)}: {finding.text}")
        more = finding.fix or finding.more
        if more:
            say(f"{'':<9}   {more}")
    gap = missing(verdict.look)
    if gap and verdict.look.machine is not None:
        note(_("Missing: {parts}").format(parts=", ".join(gap)))


def _word(finding: Finding) -> str:
    if finding.blocks:
        return _("BLOCKS")
    if finding.fix:
        return _("join")
    return {
        Severity.OK: _("ok"),
        Severity.INFO: _("note"),
        Severity.UNKNOWN: _("untested"),
        Severity.WARN: _("warning"),
    }.get(finding.severity, _("warning"))


def _data(verdict: Verdict) -> dict[str, Any]:
    return {
        "node": verdict.look.name,
        "address": verdict.look.address or None,
        "role": verdict.look.role,
        "missing": list(missing(verdict.look)) if verdict.look.machine else None,
        "blocked": bool(verdict.obstacles) or verdict.look.machine is None,
        "findings": [
            {
                "check": finding.check.value,
                "severity": finding.severity.name.lower(),
                "blocks": finding.blocks,
                "text": finding.text,
                "hint": finding.more,
                "fix": finding.fix,
            }
            for finding in verdict.findings
        ],
    }


Signs = Mapping[str, Registration] | None  # None: they could not be read


def _heartbeat_row(name: str, found: Heartbeat | NasError, signs: Signs) -> tuple[str, ...]:
    seen = signs.get(name) if signs is not None else None
    registered = f"{seen.role} {seen.status}" if seen else DASH if signs is None else _("no")
    sign = seen.last_heartbeat if seen else DASH
    if isinstance(found, NasError):
        return (name, DASH, DASH, DASH, registered, sign, str(found))
    word = _("not installed") if found.version is None else _("runs") if found.running else found.active
    remark = _("older than this program's ({n})").format(n=version()) if found.old and not found.newer else ""
    if seen and found.version is None:
        remark = _("registered by something else")
    since = clock(found.since) if found.since and found.running else DASH
    shown = DASH if found.version is None else str(found.version)
    return (name, word, shown, since, registered, sign, remark)


def _heartbeat_data(name: str, found: Heartbeat | NasError, signs: Signs, why: str) -> dict[str, Any]:
    seen = signs.get(name) if signs is not None else None
    data: dict[str, Any] = {
        "node": name,
        "registered": None if signs is None else seen is not None,
        "registered_error": why or None,
        "role": seen.role if seen else None,
        "status": seen.status if seen else None,
        "last_heartbeat": seen.last_heartbeat if seen else None,
    }
    if isinstance(found, NasError):
        return {**data, "error": str(found)}
    return {
        **data,
        "installed": found.version is not None,
        "version": found.version,
        "current": found.current,
        "running": found.running,
        "since": found.since,
        "restarts": found.restarts,
        "endpoints": list(found.endpoints),
        "user": found.values.get("ETCDCTL_USER") or None,
        "error": None,
    }
