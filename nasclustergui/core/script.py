"""A plan as a POSIX shell script that does the same with `ssh`, for people who'd rather run it themselves."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from nasclustergui.core.command import Command, Secret
from nasclustergui.core.confirm import required_confirmation
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Plan, Risk, Step
from nasclustergui.core.profile import Profile

REFUSED = 4  # exit status when the name isn't typed, as the command line's own


def to_script(plan: Plan, profile: Profile) -> str:
    """The script's text, ending in a newline. Encode it with `surrogateescape`: paths need not be UTF-8.

    Each command is quoted for the remote shell, and the whole line once more as the one word that `ssh` gets.
    The script checks no state before a step and knows no progress; it says so, and waits for a person
    where a step starts work that must have ended before the next one.
    Raises InvalidInput for a plan with secrets or with input for a command: both stay out of files.
    """
    for step in plan.steps:
        _check_writable(step)
    lines = ["#!/bin/sh", *_head(plan), "set -eu"]
    if name := required_confirmation(plan, profile):
        lines += ["", *_confirmation(name)]
    for number, step in enumerate(plan.steps, 1):
        lines += ["", *_step(plan, profile, number, step)]
    return "\n".join(lines) + "\n"


def _check_writable(step: Step) -> None:
    secret = step.command.secret is not None or any(isinstance(word, Secret) for word in step.command.argv)
    if secret or (step.command.stdin and not _is_text(step)):
        raise InvalidInput(
            _("The step “{title}” holds a password or a file's content and cannot be written to a script.").format(
                title=step.title
            ),
            hint=_("Run the plan from this program instead."),
        )


def _is_text(step: Step) -> bool:
    """What a command of this workstation reads is no secret, and a script can hold it unless it is binary."""
    return not step.node and step.command.stdin.isascii() and b"\0" not in step.command.stdin


def _comment(text: str) -> Iterator[str]:
    """The text as comment lines: a newline in it must not end the comment."""
    for line in text.replace("\r", "\n").split("\n"):
        yield f"# {line}".rstrip()


def _head(plan: Plan) -> Iterator[str]:
    risks = {Risk.SAFE: _("safe"), Risk.CAUTION: _("caution"), Risk.DESTRUCTIVE: _("destructive, no undo")}
    yield from _comment(plan.title)
    yield from _comment(_("Cluster: {cluster}. Risk: {risk}.").format(cluster=plan.cluster, risk=risks[plan.risk]))
    for meaning in plan.meaning:
        yield from _comment(f"- {meaning.title}: {meaning.text}" if meaning.text else f"- {meaning.title}")
    if plan.undo:
        yield from _comment(_("Undo: {undo}").format(undo=plan.undo))
    if any(not step.node for step in plan.steps):
        told = _("etcdctl takes the endpoints, certificates and user from its ETCDCTL_… variables: set them first.")
        yield from _comment(told)
    yield from _comment(
        _("This script does not check the state of the cluster before each step, as the program would.")
    )


def _confirmation(name: str) -> Iterator[str]:
    question = _("Type {name} to go on: ").format(name=name)
    yield f"printf '%s' {shlex.quote(question)} >&2"
    yield "IFS= read -r answer || answer="
    yield f'[ "$answer" = {shlex.quote(name)} ] || {{'
    yield f"    printf '%s\\n' {shlex.quote(_('Not confirmed, nothing was done.'))} >&2"
    yield f"    exit {REFUSED}"
    yield "}"


def _step(plan: Plan, profile: Profile, number: int, step: Step) -> Iterator[str]:
    headline = _("Step {number} of {count}: {title} ({node})").format(
        number=number, count=len(plan.steps), title=step.title, node=step.place
    )
    yield from _comment(headline)
    for prompt in step.prompts:
        yield from _comment(_("Answered with yes: {prompt}").format(prompt=prompt))
    if step.undo:
        yield from _comment(_("To take it back: {command}").format(command=command_line(step.undo, profile, step.node)))
    yield f"printf '%s\\n' {shlex.quote(headline)} >&2"
    yield from _run(command_line(step.command, profile, step.node), step.expect or _of_etcdctl(step))
    if step.follow:
        yield from _wait(step, last=number == len(plan.steps))


def _of_etcdctl(step: Step) -> str:
    """A transaction whose conditions don't hold says so with exit status 0, and what follows must not run then.

    An empty last part (two blank lines at the end) means that nothing else is meant to be done in that case.
    """
    conditional = not step.node and step.command.argv[-1:] == ("txn",) and step.command.stdin.endswith(b"\n\n\n")
    return "SUCCESS" if conditional else ""


def _run(line: str, expect: str) -> Iterator[str]:
    fed = "" if line.startswith("printf ") else " </dev/null"
    if not expect:
        yield f"{line}{fed}"
        return
    yield f"output=$({line}{fed}) || {{"
    yield "    status=$?"
    yield "    printf '%s\\n' \"$output\" >&2"
    yield '    exit "$status"'
    yield "}"
    yield "printf '%s\\n' \"$output\""
    yield "case $output in"
    yield f"    *{shlex.quote(expect)}*) ;;"
    yield f"    *) printf '%s\\n' {shlex.quote(_('The command was refused, the script ends here.'))} >&2; exit 1 ;;"
    yield "esac"


def _wait(step: Step, *, last: bool) -> Iterator[str]:
    if last:
        yield from _comment(_("The command starts work that goes on in the background."))
        return
    question = _("“{title}” goes on in the background. Wait until it has ended well, then press Enter: ").format(
        title=step.title
    )
    yield f"printf '%s' {shlex.quote(question)} >&2"
    yield "IFS= read -r answer"


def command_line(command: Command, profile: Profile, node: str) -> str:
    """The command for the local shell: by `ssh` on its node, or here where it names none."""
    return ssh_line(command, profile, node) if node else _here(command, profile)


def _here(command: Command, profile: Profile) -> str:
    """A command that this workstation runs; what it reads is handed over by printf."""
    if command.argv[:2] == ("nasclustergui", "profile"):  # it must not change the only profile of another computer
        return f"{command} --cluster {shlex.quote(profile.name)}"
    if not command.stdin:
        return f"ETCDCTL_API=3 {command}"
    return f"printf '%s' {shlex.quote(command.stdin.decode())} | ETCDCTL_API=3 {command}"


def ssh_line(command: Command, profile: Profile, node: str) -> str:
    """The `ssh` command line, for the local shell, that runs the command on the node. Secrets appear as ***."""
    words = ["ssh", *destination(profile, node), "--"]
    return shlex.join(words) + " " + shlex.quote(_sudo(profile, node, command) + str(command))


def destination(profile: Profile, node: str) -> tuple[str, ...]:
    """Options and host for `ssh`, as the profile says; ~/.ssh/config adds the rest."""
    there = profile.node(node)
    if there is None:
        raise InvalidInput(_("The profile {cluster} has no node “{node}”.").format(cluster=profile.name, node=node))
    ssh = profile.ssh
    words: list[str] = []
    if ssh.config is not None:
        words += ["-F", ssh.config or "none"]
    if port := there.port or ssh.port:
        words += ["-p", str(port)]
    for key in there.identity_files or ssh.identity_files:
        words += ["-i", key]
    if ssh.known_hosts:
        words += ["-o", f'UserKnownHostsFile="{ssh.known_hosts}"']
    if there.jump:
        words += ["-J", there.jump]
    user = there.user or ssh.user
    return (*words, f"{user}@{there.host}" if user else there.host)


def _sudo(profile: Profile, node: str, command: Command) -> str:
    there = profile.node(node)
    user = (there and there.user) or profile.ssh.user
    return "sudo -n -- " if command.root and user not in ("", "root") else ""
