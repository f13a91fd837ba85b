"""Runs what this program itself does with ranges: the export to a file, and the deletion of what such a file holds."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import Cancelled, InvalidInput, NasError, PlanOutdated, StoreError
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.job import Job
from nasclustergui.core.units import count, size
from nasclustergui.remote.etcd_types import Delete, Get, KeyValue, printable, to_bytes
from nasclustergui.subsystems.etcd.features.changes.archive import Archive
from nasclustergui.subsystems.etcd.features.changes.batches import Edit, batches, remove
from nasclustergui.subsystems.etcd.features.changes.files import load, save
from nasclustergui.subsystems.etcd.features.changes.ranges import export
from nasclustergui.subsystems.etcd.features.store import Check, Follow, Run, Store

_TRIES = 5  # of one transaction whose outcome nobody knew, or that met changes of others
_PAUSE = 0.2  # seconds before the next one


def run_export(store: Store, command: Command, job: Job) -> Result:
    """`nasclustergui etcd export --cluster C --revision N -- PREFIX FILE`; the file is read back afterwards."""
    options, (prefix, file) = _words(command, 2)
    archive = export(store, to_bytes(prefix), options["--cluster"], int(options["--revision"]), job)
    path = Path(file)
    written = save(path, archive)
    again = load(path)
    if (again.keys, again.leased) != (archive.keys, archive.leased):
        raise InvalidInput(
            _("{file} does not hold what was written to it.").format(file=path),
            hint=_("Check the disk of this computer."),
        )
    n = len(archive.all_keys)
    text = ngettext("{n} key, {size}, in {file}", "{n} keys, {size}, in {file}", n)
    return Result(0, text.format(n=count(n), size=size(written), file=path) + "\n")


def run_delete(store: Store, command: Command, job: Job) -> Result:
    """`nasclustergui etcd del-prefix … --backed-up FILE … -- PREFIX`: what the file holds, and nothing else."""
    options, (prefix,) = _words(command, 1)
    archive = load(Path(options["--backed-up"]))
    if archive.prefix != to_bytes(prefix):
        raise InvalidInput(
            _("The backup {file} is of {other}, not of {prefix}.").format(
                file=options["--backed-up"], other=printable(archive.prefix), prefix=prefix
            )
        )
    removal = Removal(store, archive, job)
    removal.run()
    return Result(0, removal.summary() + "\n")


def _words(command: Command, wanted: int) -> tuple[dict[str, str], Sequence[str]]:
    """Options with their values, and the words behind "--"."""
    words = [str(word) for word in command.argv[3:]]
    if "--" not in words or len(words) - words.index("--") - 1 != wanted:
        raise InvalidInput(_("Nobody here can run “{command}”.").format(command=command))
    at = words.index("--")
    options = [word for word in words[:at] if word != "--yes"]
    return dict(zip(options[::2], options[1::2], strict=True)), words[at + 1 :]


class Removal:
    """Deletes the keys of an archive in small transactions, each key only as the archive holds it.

    Attributes:
        gone: how many are deleted. left: keys that somebody changed since, which stay.
    """

    def __init__(self, store: Store, archive: Archive, job: Job) -> None:
        self._client, self._archive, self._job = store.client, archive, job
        self._keys = sorted(archive.all_keys, key=lambda kv: kv.key)
        self.gone = 0
        self.left: list[bytes] = []

    def run(self) -> None:
        """Raises PlanOutdated if some stayed, Cancelled, StoreError; the job's output says how many are gone."""
        started = time.monotonic()
        try:
            for batch in batches(remove(kv) for kv in self._keys):
                self._job.check()
                self._delete(batch)
                self._report(started)
        except (Cancelled, NasError):
            self._job.write("", _("{summary} The rest is as it was.").format(summary=self.summary()))
            raise
        if self.left:
            names = ", ".join(map(printable, self.left[:5])) + (" …" if len(self.left) > 5 else "")
            raise PlanOutdated(
                ngettext(
                    "{summary} {n} was changed since the backup and stays: {keys}",
                    "{summary} {n} were changed since the backup and stay: {keys}",
                    len(self.left),
                ).format(summary=self.summary(), n=count(len(self.left)), keys=names),
                hint=_("Delete again: what is there is then counted and backed up anew."),
            )
        self._tell_new()

    def summary(self) -> str:
        """How many are gone."""
        n = len(self._keys)
        return ngettext("{gone} of {n} key is gone.", "{gone} of {n} keys are gone.", n).format(
            gone=count(self.gone), n=count(n)
        )

    def _report(self, started: float) -> None:
        done = self.gone + len(self.left)
        self._job.report(self._job.step, done / len(self._keys))
        rest = (time.monotonic() - started) / max(done, 1) * (len(self._keys) - done)
        self._job.seconds_left = (0.7 * rest, rest, 2 * rest)

    def _delete(self, batch: Sequence[Edit]) -> None:
        """One transaction. Where it isn't carried out, or nobody knows, what is left decides.

        A cancel waits for its end: who is told how many are gone must be told the truth.
        """
        for attempt in range(_TRIES):
            try:
                done = self._client.txn([edit.condition for edit in batch], [edit.operation for edit in batch])
            except StoreError as error:
                if not error.ambiguous or attempt == _TRIES - 1:
                    raise
                time.sleep(_PAUSE)
            else:
                if done.succeeded:
                    self.gone += len(batch)
                    return
            batch = self._still_there(batch)
            if not batch:
                return
        self.left += [to_bytes(edit.operation.key) for edit in batch]

    def _still_there(self, batch: Sequence[Edit]) -> Sequence[Edit]:
        """The edits that can still be carried out; counts those that are gone, notes those that were changed."""
        found = self._client.txn([], [Get(edit.operation.key) for edit in batch]).found
        rest: list[Edit] = []
        for edit, kvs in zip(batch, found, strict=True):
            if not kvs:
                self.gone += 1
            elif remove(_as_then(kvs[0], edit)).condition == edit.condition:
                rest.append(edit)
            else:
                self.left.append(kvs[0].key)
        return rest

    def _tell_new(self) -> None:
        there = self._client.count(self._archive.prefix, job=self._job)[0]
        if there:
            text = ngettext(
                "{n} key was written meanwhile and stays.", "{n} keys were written meanwhile and stay.", there
            )
            self._job.write("", text.format(n=count(there)))


def _as_then(now: KeyValue, edit: Edit) -> KeyValue:
    """For the comparison: leased or not counts as it was in the archive."""
    assert isinstance(edit.operation, Delete)
    leased = edit.condition.target.value == "create_revision"
    return KeyValue(now.key, b"", now.create_revision, now.mod_revision, now.version, 1 if leased else 0)


RUNS: dict[tuple[str, ...], Run] = {("etcd", "export"): run_export, ("etcd", "del-prefix"): run_delete}
CHECKS: dict[str, Check] = {}
FOLLOWS: dict[str, Follow] = {}
