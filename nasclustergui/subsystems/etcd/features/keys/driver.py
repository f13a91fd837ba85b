"""Runs `etcdctl txn`: the form in which every change of keys is planned."""

from __future__ import annotations

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import InvalidInput, PlanOutdated
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.remote.etcd_types import printable
from nasclustergui.subsystems.etcd.commands.txn import Txn, parse_txn
from nasclustergui.subsystems.etcd.features.store import Check, Follow, Run, Store


def run_txn(store: Store, command: Command, job: Job) -> Result:
    """The transaction in the command's input. Raises PlanOutdated if its conditions don't hold: nothing was done."""
    try:
        wanted = parse_txn(command.stdin.decode("ascii"))
    except UnicodeDecodeError as error:
        raise InvalidInput(_("This is not a transaction of etcd: {text}").format(text=command.stdin)) from error
    done = store.client.txn(wanted.compare, wanted.success, wanted.failure, job=job)
    if not done.succeeded and not wanted.failure:
        raise PlanOutdated(
            _("{key} was changed by somebody else meanwhile.").format(key=_subject(wanted)),
            hint=_("Nothing was written. Read it again, then decide anew."),
        )
    return Result(0, f"{'SUCCESS' if done.succeeded else 'FAILURE'} {_('revision {n}').format(n=done.revision)}\n")


def _subject(wanted: Txn) -> str:
    return ", ".join(dict.fromkeys(printable(compare.key) for compare in wanted.compare))


RUNS: dict[tuple[str, ...], Run] = {("txn",): run_txn}
CHECKS: dict[str, Check] = {}
FOLLOWS: dict[str, Follow] = {}
