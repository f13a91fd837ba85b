"""Answers `etcd get|list|put|del|find`."""

from __future__ import annotations

import base64
import sys
from argparse import Namespace
from functools import partial
from pathlib import Path
from typing import Any

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import carry_out_as
from nasclustergui.cli.status import show_table
from nasclustergui.cli.terminal import note, say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.units import count, size
from nasclustergui.remote.etcd_types import KeyValue, printable, to_bytes
from nasclustergui.subsystems.etcd.features.keys import plans, schema
from nasclustergui.subsystems.etcd.features.keys.model import KeyRead, below
from nasclustergui.subsystems.etcd.features.keys.read import list_keys, no_such_key, reach, read_file, read_key
from nasclustergui.subsystems.etcd.features.keys.search import MOST_BYTES, Findings, search
from nasclustergui.subsystems.etcd.features.keys.values import LARGEST


def get(session: Session, options: Namespace) -> Exit:
    """`etcd get KEY`: the value as it is, without a line end of ours; with --json all that is known."""
    read = work(Job("read", quiet=True), partial(_read, session, to_bytes(options.key)))
    if read.kv is None:
        raise no_such_key(read.key)
    if options.json:
        say_json(key_data(read.kv, with_value=True) | {"lease_seconds_left": read.lease[0] if read.lease else None})
        return Exit.OK
    sys.stdout.flush()
    sys.stdout.buffer.write(read.kv.value)
    if sys.stdout.isatty():
        sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()
    return Exit.OK


def listing(session: Session, options: Namespace) -> Exit:
    """`etcd list [PREFIX] [--values] [--limit N]`."""
    if options.limit < 0:
        raise InvalidInput(_("The limit must not be negative."), field="limit")
    task = partial(_list, session, to_bytes(options.prefix), options.values, options.limit)
    items, more = work(Job("read", quiet=True), task)
    if options.json:
        say_json({"keys": [key_data(kv, options.values) for kv in items], "more": more})
        return Exit.OK
    if options.values:
        head = (_("Key"), _("Size"), _("Value"))
        show_table([head, *((printable(kv.key), size(len(kv.value)), plans.excerpt(kv.value)) for kv in items)])
    else:
        for kv in items:
            say(printable(kv.key))
    if more:
        note(_("There are more: the limit was {n}.").format(n=count(options.limit)))
    return Exit.OK


def put(session: Session, options: Namespace) -> Exit:
    """`etcd put KEY VALUE|--file F|-`."""
    key, value = to_bytes(options.key), _wanted(options)
    schema.require_fitting(key, value)
    read = work(Job("read", quiet=True), partial(_read, session, key))
    left = read.lease[0] if read.lease else None
    return carry_out_as(session, plans.plan_save(key, read.kv, value, session.profile.name, left), options)


def delete(session: Session, options: Namespace) -> Exit:
    """`etcd del KEY`."""
    read = work(Job("read", quiet=True), partial(_read, session, to_bytes(options.key)))
    if read.kv is None:
        raise no_such_key(read.key)
    return carry_out_as(session, plans.plan_delete(read.kv, session.profile.name), options)


def find(session: Session, options: Namespace) -> Exit:
    """`etcd find TEXT [--values]`; exit status 1 where nothing was found, as grep's."""
    found = work(Job(_("Search"), quiet=True), partial(_find, session, options.text, options.values))
    if options.json:
        hits = [key_data(hit.kv, with_value=False) | {"excerpt": hit.excerpt} for hit in found.hits]
        say_json({"hits": hits, "looked_at": found.looked, "keys": found.total, "limit": found.limit or None})
    else:
        for hit in found.hits:
            say(printable(hit.kv.key) + (f"  {hit.excerpt}" if hit.excerpt else ""))
        _tell_limit(found)
    return Exit.OK if found.hits else Exit.FAILED


def key_data(kv: KeyValue, with_value: bool) -> dict[str, Any]:
    """A key for JSON. What isn't UTF-8 comes as base64, and `encoding` (of the key: `key_encoding`) says so."""
    key, key_encoding = _plain(kv.key)
    data: dict[str, Any] = {
        "key": key,
        "key_encoding": key_encoding,
        "create_revision": kv.create_revision,
        "mod_revision": kv.mod_revision,
        "version": kv.version,
        "lease": f"{kv.lease:x}" if kv.lease else None,
    }
    if with_value:
        value, encoding = _plain(kv.value)
        data |= {"value": value, "encoding": encoding, "size": len(kv.value)}
    return data


def _plain(content: bytes) -> tuple[str, str]:
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(content).decode("ascii"), "base64"


def _wanted(options: Namespace) -> bytes:
    """The value as the words say it. Raises InvalidInput unless exactly one of them does."""
    if (options.value is None) == (not options.file):
        raise InvalidInput(_("Say the value, or a file with --file, or “-” for the input."), field="value")
    if options.file:
        return read_file(Path(options.file))
    if options.value == "-":
        return sys.stdin.buffer.read(LARGEST + 1)
    return to_bytes(options.value)


def _tell_limit(found: Findings) -> None:
    if found.limit == "bytes":
        text = _("Ended after {size} of values: {looked} of {total} keys were looked at.")
        note(text.format(size=size(MOST_BYTES), looked=count(found.looked), total=count(found.total)))
    elif found.limit:
        note(_("Ended after {n} keys that have it.").format(n=count(len(found.hits))))


def _read(session: Session, key: bytes, job: Job) -> KeyRead:
    return read_key(session.store(), key, job)


def _list(session: Session, prefix: bytes, values: bool, limit: int, job: Job) -> tuple[list[KeyValue], bool]:
    store = session.store()
    spans = [part for span in reach(store, job).spans if (part := below(prefix).cut(span)) is not None]
    if prefix and not spans:
        spans = [below(prefix)]  # etcd itself says that it may not be read
    return list_keys(store, spans, job, values=values, limit=limit)


def _find(session: Session, text: str, values: bool, job: Job) -> Findings:
    store = session.store()

    def tell(found: Findings) -> None:
        job.report(
            _("{looked} of {total} keys").format(looked=count(found.looked), total=count(found.total)),
            found.looked / found.total if found.total else None,
        )

    return search(store, text, reach(store, job).spans, job, in_values=values, tell=tell)
