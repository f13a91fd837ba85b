"""Answers `node promote` and `node demote`."""

from __future__ import annotations

from argparse import Namespace

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import carry_out_as
from nasclustergui.cli.terminal import ask_secret, note
from nasclustergui.cli.working import work
from nasclustergui.cluster.lifecycle.roles.certificates import Choice, Source, read_file
from nasclustergui.cluster.lifecycle.roles.demote import Leaver, plan_demote
from nasclustergui.cluster.lifecycle.roles.model import Candidate
from nasclustergui.cluster.lifecycle.roles.promote import plan_promote
from nasclustergui.cluster.lifecycle.roles.read import read_candidate
from nasclustergui.cluster.lifecycle.roles.read_leaver import read_leaver, read_role
from nasclustergui.cluster.session import Session
from nasclustergui.core.command import Secret
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.questions import Question, QuestionKind
from nasclustergui.remote.certificates import is_locked


def promote(session: Session, options: Namespace) -> Exit:
    """Look at the node and at etcd, tell what was found, carry the plan out."""
    choice = _choice(options)

    def look(job: Job) -> tuple[Candidate, str]:
        session.nodes.connect_all()
        found = read_candidate(session.store(), options.name, job, choice, options.address)
        return found, read_role(session.store(), options.name, job)

    found, registered = work(Job(_("Read the cluster"), quiet=True), look)
    if not options.json:
        for finding in found.findings:
            if finding.severity is Severity.CRITICAL:
                note(f"{finding.text} {finding.more}".strip())
    return carry_out_as(session, plan_promote(found, registered, session.profile), options)


def demote(session: Session, options: Namespace) -> Exit:
    """Take the node out of etcd, or clean up what is left of it."""

    def look(job: Job) -> Leaver:
        session.nodes.connect_all()
        return read_leaver(session.store(), options.name, job)

    found = work(Job(_("Read the cluster"), quiet=True), look)
    return carry_out_as(session, plan_demote(found, session.profile), options)


def _choice(options: Namespace) -> Choice:
    """Where the certificates come from. Raises InvalidInput for options that don't go together."""
    files = bool(options.cert or options.key or options.peer_cert or options.peer_key)
    issue = bool(options.ca_cert or options.ca_key)
    if files and issue:
        raise InvalidInput(_("Either name a certificate with its key, or a CA with its key."), field="certificates")
    if bool(options.peer_cert) != bool(options.peer_key):
        raise InvalidInput(_("Name both, --peer-cert and --peer-key, or none."), field="certificates")
    if files:
        return Choice(Source.FILES, options.cert, options.key, options.peer_cert, options.peer_key)
    if issue:
        return Choice(Source.ISSUE, ca=options.ca_cert, ca_key=options.ca_key, passphrase=_passphrase(options.ca_key))
    return Choice()


def _passphrase(ca_key: str) -> Secret | None:
    """Asked for at the terminal where the key has one."""
    if not ca_key or not is_locked(read_file(ca_key, "ca_key", _("The CA's key"))):
        return None
    text = _("Passphrase of {file}").format(file=ca_key)
    answer = ask_secret(Question(QuestionKind.PASSPHRASE, text, ca_key))
    return answer.secret if answer is not None else None
