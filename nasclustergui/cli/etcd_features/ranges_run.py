"""Answers `etcd export|import|del-prefix`."""

from __future__ import annotations

import os
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import carry_out_as
from nasclustergui.cli.terminal import note, say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.job import Job
from nasclustergui.core.units import count, size
from nasclustergui.remote.etcd_types import printable, to_bytes
from nasclustergui.subsystems.etcd.features.changes import files, ranges
from nasclustergui.subsystems.etcd.features.changes.archive import Archive
from nasclustergui.subsystems.etcd.features.changes.importing import Preview, read_preview
from nasclustergui.subsystems.etcd.features.changes.model import Turn
from nasclustergui.subsystems.etcd.features.changes.plans import Counted, plan_delete, plan_import


def export(session: Session, options: Namespace) -> Exit:
    """`export PREFIX FILE`: an existing file is replaced."""
    path = Path(options.file)

    def read(job: Job) -> Archive:
        store = session.store()
        return ranges.export(store, to_bytes(options.prefix), session.profile.name, options.revision, job)

    archive = work(Job(_("Export"), quiet=True), read)
    written = files.save(path, archive)
    n, leased = len(archive.keys), len(archive.leased)
    if options.json:
        say_json({"file": str(path), "keys": n, "leased": leased, "revision": archive.revision, "bytes": written})
        return Exit.OK
    text = ngettext("{n} key, {size}, in {file}", "{n} keys, {size}, in {file}", n)
    say(text.format(n=count(n), size=size(written), file=path))
    if leased:
        text = ngettext(
            "{n} key on a lease is noted in it; an import leaves it out.",
            "{n} keys on leases are noted in it; an import leaves them out.",
            leased,
        )
        note(text.format(n=count(leased)))
    return Exit.OK


def import_file(session: Session, options: Namespace) -> Exit:
    """`import FILE [--equal]`."""
    archive = files.load(Path(options.file))

    def read(job: Job) -> Preview:
        return read_preview(session.store(), archive, job)

    preview = work(Job(_("Compare the file with the store"), quiet=True), read)
    if not any(preview.edits(options.equal)) and not preview.wrong:
        return _nothing_to_do(preview, options)
    name, backup = Path(options.file).name, _backup(session, options, archive.prefix)
    plan = plan_import(preview, name, session.profile.name, equal=options.equal, backup=backup)
    return carry_out_as(session, plan, options)


def _nothing_to_do(preview: Preview, options: Namespace) -> Exit:
    """Not an error: an import that was interrupted is given again until it says so."""
    extra = len(preview.of(Turn.REMOVED))
    if options.json:
        say_json({"state": "done", "steps": [], "same": preview.same, "only_in_store": extra})
        return Exit.OK
    if options.script:
        say("#!/bin/sh")
        say("# " + _("Nothing to do: the store holds all that is in the file."))
        return Exit.OK
    n = preview.same
    text = ngettext("The store holds the file's key already.", "The store holds all {n} keys of the file already.", n)
    say(text.format(n=count(n)))
    return Exit.OK


def _backup(session: Session, options: Namespace, prefix: bytes) -> Path:
    if not options.backup:
        return files.backup_file(session.profile.name, prefix)
    path = Path(os.path.abspath(options.backup))
    if path.exists():
        raise InvalidInput(
            _("{file} is there already.").format(file=path),
            field="backup",
            hint=_("Backups never replace a file: choose another name."),
        )
    return path


def delete(session: Session, options: Namespace) -> Exit:
    """`del-prefix PREFIX [--backup FILE]`, or of what an existing backup holds."""
    prefix = to_bytes(options.prefix)
    cluster = session.profile.name
    if options.backed_up:
        return _delete_as_backed_up(session, options, prefix)

    def read(job: Job) -> Counted:
        return ranges.read_count(session.store(), prefix, job)

    found = work(Job(_("Count the keys"), quiet=True), read)
    return carry_out_as(session, plan_delete(found, _backup(session, options, prefix), cluster), options)


def _delete_as_backed_up(session: Session, options: Namespace, prefix: bytes) -> Exit:
    path = Path(os.path.abspath(options.backed_up))
    archive = files.load(path)
    if archive.prefix != prefix:
        raise InvalidInput(
            _("The backup {file} is of {other}, not of {prefix}.").format(
                file=path, other=printable(archive.prefix), prefix=options.prefix
            ),
            field="backup",
        )
    found = ranges.counted(prefix, archive.all_keys, archive.revision)
    plan = plan_delete(found, path, session.profile.name)
    return carry_out_as(session, replace(plan, steps=plan.steps[1:]), options)
