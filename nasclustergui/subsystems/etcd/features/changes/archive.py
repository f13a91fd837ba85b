"""The file that holds exported keys. Pure: text in, text out. Its format is described in docs/user/changes.md.

JSON, version 1: `format`, `version`, `cluster`, `prefix`, `revision` (of the store, all keys are as of it), `made`
(UTC) and `keys`, a list of objects: `key` and `value` where both are text, else `key_base64`, `value_base64`; and
what etcd knew of them: `mod_revision`, `create_revision`, `key_version`. `leased` has the same for keys that hung on a
lease, with the lease's id in hexadecimal: they are kept for the record, an import leaves them out.

YAML holds the same, its `keys` a mapping from key to text: for trees without binary values.
What `etcdctl get --prefix -w json` prints can be read too.
"""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.remote.etcd_types import KeyValue, printable
from nasclustergui.subsystems.etcd.features.changes.diff import is_text

FORMAT = "nasclustergui-etcd-keys"
VERSION = 1
YAML_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True)
class Archive:
    """Exported keys.

    Attributes:
        revision: 0 where the file does not tell. made: Unix time, 0 where it does not tell.
        keys: without a lease. leased: those with one.
    """

    prefix: bytes
    keys: tuple[KeyValue, ...]
    leased: tuple[KeyValue, ...] = ()
    cluster: str = ""
    revision: int = 0
    made: float = 0.0

    @property
    def all_keys(self) -> tuple[KeyValue, ...]:
        """With the leased ones."""
        return (*self.keys, *self.leased)


def archive_of(items: Iterable[KeyValue], prefix: bytes, cluster: str, revision: int, made: float) -> Archive:
    """What a listing of that revision becomes."""
    keys = tuple(items)
    free, leased = tuple(kv for kv in keys if not kv.lease), tuple(kv for kv in keys if kv.lease)
    return Archive(prefix, free, leased, cluster, revision, made)


def to_json(archive: Archive) -> str:
    """The file's text: ASCII only, so that it survives any editor."""
    data = _head(archive)
    data["keys"] = [_entry(kv) for kv in archive.keys]
    if archive.leased:
        data["leased"] = [_entry(kv) | {"lease": f"{kv.lease:x}"} for kv in archive.leased]
    return json.dumps(data, indent=1) + "\n"


def to_yaml(archive: Archive) -> str:
    """The same for people and for version control. Raises InvalidInput for what isn't text."""
    import yaml

    binary = next((kv for kv in archive.keys if not (is_text(kv.key) and is_text(kv.value))), None)
    if binary is not None or not is_text(archive.prefix):
        what = binary.name if binary is not None else printable(archive.prefix)
        raise InvalidInput(
            _("{key} is not text, and YAML is for text.").format(key=what),
            field="file",
            hint=_("Export to a file that ends in .json."),
        )
    data = _head(archive)
    data["keys"] = {kv.key.decode(): kv.value.decode() for kv in archive.keys}
    return str(yaml.dump(data, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=1 << 20))


def _head(archive: Archive) -> dict[str, Any]:
    made = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(archive.made))
    head = {"format": FORMAT, "version": VERSION, "cluster": archive.cluster, **_named("prefix", archive.prefix)}
    return head | {"revision": archive.revision, "made": made}


def _dumper() -> Any:
    import yaml

    class Dumper(yaml.SafeDumper):  # type: ignore[misc, unused-ignore]  # lines of a text stay lines
        pass

    def text(dumper: Any, value: str) -> Any:
        style = "|" if "\n" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    return Dumper


def _entry(kv: KeyValue) -> dict[str, Any]:
    known = {"mod_revision": kv.mod_revision, "create_revision": kv.create_revision, "key_version": kv.version}
    return {**_named("key", kv.key), **_named("value", kv.value), **known}


def _named(name: str, data: bytes) -> dict[str, str]:
    if is_text(data):
        return {name: data.decode()}
    return {f"{name}_base64": base64.b64encode(data).decode("ascii")}


def parse(text: str, name: str) -> Archive:
    """What such a file holds; `name` is its file name. Raises InvalidInput, which names the entry that is wrong."""
    data = _loaded(text, name)
    if not isinstance(data, dict):
        raise _not_ours(_("It holds no object."))
    if "kvs" in data and "format" not in data:
        return _from_etcdctl(data)
    if data.get("format") != FORMAT:
        raise _not_ours(_("Its “format” is not {format}.").format(format=FORMAT))
    if str(data.get("version")) != str(VERSION):
        raise InvalidInput(
            _("The file has version {version} of its format, this program knows version {known}.").format(
                version=data.get("version"), known=VERSION
            ),
            field="file",
            hint=_("Use a newer program."),
        )
    return _archive(data)


def _loaded(text: str, name: str) -> Any:
    if name.lower().endswith(YAML_ENDINGS):
        import yaml

        try:
            return yaml.load(text, Loader=yaml.BaseLoader)  # plain words stay text: "no" and 3 are values
        except (yaml.YAMLError, RecursionError) as error:
            raise _not_ours(" ".join(str(error).split())) from error
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _not_ours(str(error)) from error


def _archive(data: Mapping[str, Any]) -> Archive:
    keys = data.get("keys")
    if isinstance(keys, dict):
        found = tuple(KeyValue(_utf8(_text(key)), _utf8(_text(value))) for key, value in keys.items())
    else:
        found = tuple(_key_value(entry, n) for n, entry in enumerate(_list(keys), 1))
    leased = tuple(_key_value(entry, n) for n, entry in enumerate(_list(data.get("leased", [])), 1))
    _check_once(found)
    prefix = _bytes(data, "prefix", _("the head"))
    stray = next((kv for kv in (*found, *leased) if not kv.key.startswith(prefix)), None)
    if stray is not None:
        text = _("{key} does not begin with the file's prefix {prefix}.")
        raise InvalidInput(text.format(key=stray.name, prefix=printable(prefix)), field="file")
    return Archive(prefix, found, leased, str(data.get("cluster", "")), _number(data, "revision"), _time(data))


def _key_value(entry: Any, number: int) -> KeyValue:
    where = _("entry {n}").format(n=number)
    if not isinstance(entry, dict):
        raise _not_ours(_("There is no key in {where}.").format(where=where))
    try:
        lease = int(str(entry.get("lease", "0")), 16)
    except ValueError as error:
        raise _not_ours(_("“lease” in {where} is no hexadecimal number.").format(where=where)) from error
    return _known(entry, _bytes(entry, "key", where), _bytes(entry, "value", where), "key_version", lease)


def _known(entry: Mapping[str, Any], key: bytes, value: bytes, version: str, lease: int) -> KeyValue:
    """With what etcd knew of the key; `version` is the name of that entry."""
    created, changed = _number(entry, "create_revision"), _number(entry, "mod_revision")
    return KeyValue(key, value, created, changed, _number(entry, version), lease)


def _bytes(entry: Mapping[str, Any], name: str, where: str) -> bytes:
    if isinstance(text := entry.get(name), str):
        return _utf8(text)
    encoded = entry.get(f"{name}_base64")
    if not isinstance(encoded, str):
        raise _not_ours(_("There is no “{name}” in {where}.").format(name=name, where=where))
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _not_ours(_("“{name}_base64” in {where} is no base64.").format(name=name, where=where)) from error


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _not_ours(_("A key or value is not text."))
    return value


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:  # JSON can name half a character: "\\ud800"
        raise _not_ours(_("A key or value is not text.")) from error


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _not_ours(_("It has no list “keys”."))
    return value


def _number(data: Mapping[str, Any], name: str) -> int:
    try:
        return int(data.get(name, 0))
    except (TypeError, ValueError, OverflowError):  # the last: "Infinity"
        return 0


def _time(data: Mapping[str, Any]) -> float:
    import calendar

    try:
        return float(calendar.timegm(time.strptime(str(data.get("made", "")), "%Y-%m-%dT%H:%M:%SZ")))
    except ValueError:
        return 0.0


def _from_etcdctl(data: Mapping[str, Any]) -> Archive:
    """etcdctl writes keys and values as base64, and leaves out what is empty."""
    found = []
    for number, entry in enumerate(_list(data["kvs"]), 1):
        where = _("entry {n}").format(n=number)
        if not isinstance(entry, dict):
            raise _not_ours(_("There is no key in {where}.").format(where=where))
        plain = {"key_base64": entry.get("key"), "value_base64": entry.get("value", "")}
        key, value = (_bytes(plain, name, where) for name in ("key", "value"))
        found.append(_known(entry, key, value, "version", _number(entry, "lease")))
    _check_once(found)
    keys = tuple(found)
    header = data.get("header")
    revision = _number(header, "revision") if isinstance(header, dict) else 0
    return archive_of(keys, common_prefix(kv.key for kv in keys), "", revision, 0.0)


def common_prefix(keys: Iterable[bytes]) -> bytes:
    """What all keys begin with, up to a "/"; b"" for none."""
    names = list(keys)
    if not names:
        return b""
    low, high = min(names), max(names)
    same = next((n for n, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high)))
    return low[: low.rfind(b"/", 0, same) + 1]


def _check_once(keys: Iterable[KeyValue]) -> None:
    seen: set[bytes] = set()
    for kv in keys:
        if not kv.key:
            raise _not_ours(_("A key is empty."))
        if kv.key in seen:
            raise _not_ours(_("The key {key} stands in it twice.").format(key=kv.name))
        seen.add(kv.key)


def _not_ours(why: str) -> InvalidInput:
    return InvalidInput(
        _("This is not a file of exported keys."),
        field="file",
        hint=why,
    )
