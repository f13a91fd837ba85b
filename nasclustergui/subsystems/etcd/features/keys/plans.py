"""Plans that change one key, each only if nobody else changed it meanwhile."""

from __future__ import annotations

from nasclustergui.core.command import Command
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.core.units import duration, size
from nasclustergui.remote.etcd_types import Compare, Delete, KeyValue, Put, Target, printable, visible
from nasclustergui.subsystems.etcd.commands import keys
from nasclustergui.subsystems.etcd.commands.txn import txn
from nasclustergui.subsystems.etcd.features.keys import schema
from nasclustergui.subsystems.etcd.features.keys.values import LARGEST

LANE = "etcd"
_SHOWN = 60  # characters of a value in a sentence


def plan_save(key: bytes, before: KeyValue | None, value: bytes, cluster: str, lease_left: int | None = None) -> Plan:
    """Write the value; `before` is the key as it was when somebody began to edit it, None if there was none.

    `lease_left`: seconds of the lease that it hangs on. Raises InvalidInput for a value that the schema forbids, for a
    key that is empty, for one that would not change.
    """
    _require_key(key)
    schema.require_fitting(key, value)
    _require_size(value)
    if before is None:
        return plan_create(key, value, cluster)
    if before.value == value:
        raise InvalidInput(_("{key} holds this value already.").format(key=printable(key)), field="value")
    command = keys.save(key, value, before.mod_revision, before.lease)
    undo = txn([_holds(key, value)], [Put(key, before.value, before.lease)])
    step = _step(_("Save {key}").format(key=printable(key)), command, undo, _risk(key))
    meaning = (
        *_own_meaning(key),
        _changed(before.value, value),
        *_lease_meaning(before, lease_left),
        _compared(),
    )
    return _plan(step, cluster, meaning, _("The old value is written back."), "save")


def plan_create(key: bytes, value: bytes, cluster: str) -> Plan:
    """Write a key that is not there."""
    _require_key(key)
    schema.require_fitting(key, value)
    _require_size(value)
    undo = txn([_holds(key, value)], [Delete(key)])
    step = _step(_("Create {key}").format(key=printable(key)), keys.save(key, value, 0), undo, _risk(key))
    new = Meaning(Severity.INFO, _("New key, {size}: {value}").format(size=size(len(value)), value=excerpt(value)))
    return _plan(step, cluster, (*_own_meaning(key), new, _compared()), _("The key is deleted again."), "plus")


def plan_delete(before: KeyValue, cluster: str) -> Plan:
    """Delete the key if it is still as it was read."""
    key = before.key
    undo = txn([keys.unchanged(key, 0)], [Put(key, before.value)])
    step = _step(
        _("Delete {key}").format(key=printable(key)), keys.remove(key, before.mod_revision), undo, Risk.CAUTION
    )
    field = schema.field_of(key)
    meaning: list[Meaning] = []
    if field is not None and field.by_node:
        text = _("The node writes it again with its next heartbeat, if it is up.")
        meaning.append(Meaning(Severity.WARN, _("Written by the node"), text))
    elif field is not None and field.default:
        text = _("Without the key the nodes take the default: {value}.").format(value=field.default)
        meaning.append(Meaning(Severity.WARN, field.title, text))
    gone = _("The key and its value go: {value}").format(value=_quoted(before.value))
    meaning.append(Meaning(Severity.WARN, gone))
    if before.lease:
        text = _("Written back it stays for good: it does not hang on the lease any more.")
        meaning.append(Meaning(Severity.INFO, _("The key hangs on a lease"), text))
    return _plan(step, cluster, (*meaning, _compared()), _("The key is written again with its old value."), "trash-2")


def plan_rename(before: KeyValue, name: bytes, cluster: str) -> Plan:
    """Give the key another name, in one step; nothing happens if the new name is taken."""
    _require_key(name)
    schema.require_fitting(name, before.value)
    key = before.key
    if key == name:
        raise InvalidInput(_("This is its name already."), field="key")
    command = txn(
        [keys.unchanged(key, before.mod_revision), keys.unchanged(name, 0)],
        [Put(name, before.value, before.lease), Delete(key)],
    )
    undo = txn(
        [_holds(name, before.value), keys.unchanged(key, 0)], [Put(key, before.value, before.lease), Delete(name)]
    )
    title = _("Rename {key} to {name}").format(key=printable(key), name=printable(name))
    step = _step(title, command, undo, Risk.CAUTION)
    meaning = (
        *_own_meaning(key),
        *_own_meaning(name),
        Meaning(Severity.WARN, _("Whoever reads it by its old name finds nothing any more")),
        *_lease_meaning(before, None),
        _compared(),
    )
    return _plan(step, cluster, meaning, _("The key gets its old name back."), "pencil")


def plan_copy(before: KeyValue, name: bytes, cluster: str) -> Plan:
    """The same value under another name; the copy hangs on no lease."""
    return plan_create(name, before.value, cluster)


def excerpt(value: bytes) -> str:
    """The beginning of a value for a sentence; binary data as its size."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return _("binary data, {size}").format(size=size(len(value)))
    first = " ".join(text.split())
    if not first:
        return _("(empty)")
    return visible(first if len(first) <= _SHOWN else first[:_SHOWN].rstrip() + "…")


def _step(title: str, command: Command, undo: Command, risk: Risk) -> Step:
    return Step(title, "", command, "etcd", risk, undo_text=_("Can be undone"), undo=undo)


def _plan(step: Step, cluster: str, meaning: tuple[Meaning, ...], undo: str, icon: str) -> Plan:
    ordered = tuple(sorted(meaning, key=lambda line: -line.severity))
    return Plan(step.title, cluster, (step,), ordered, undo, lane=LANE, seconds=1, icon=icon)


def _holds(key: bytes, value: bytes) -> Compare:
    """The key holds what this plan wrote: only then it is ours to take back."""
    return Compare(key, Target.VALUE, "=", value)


def _risk(key: bytes) -> Risk:
    """Nodes act on the product's own keys; what is written to others is undone at once."""
    return Risk.CAUTION if schema.field_of(key) is not None else Risk.SAFE


def _require_key(key: bytes) -> None:
    if not key:
        raise InvalidInput(_("A key of etcd must not be empty."), field="key")


def _require_size(value: bytes) -> None:
    if len(value) > LARGEST:
        text = _("The value has {size}; etcd is made for small values and takes 1.5 MiB at most.")
        raise InvalidInput(text.format(size=size(len(value))), field="value", hint=_("Keep large data on a volume."))


def _own_meaning(key: bytes) -> tuple[Meaning, ...]:
    field = schema.field_of(key)
    if field is None:
        return ()
    if field.by_node:
        text = _("What you write lasts until the node writes again: with its next heartbeat, a few seconds from now.")
        return (Meaning(Severity.WARN, _("Written by the node"), text),)
    return (Meaning(Severity.WARN, _("All nodes take this over"), f"{field.title}: {field.help}"),)


def _changed(old: bytes, new: bytes) -> Meaning:
    title = _("{old} becomes {new}").format(old=_quoted(old), new=_quoted(new))
    return Meaning(Severity.INFO, title, _("{old} before, {new} now.").format(old=size(len(old)), new=size(len(new))))


def _quoted(value: bytes) -> str:
    """Text in quotes, so that a sentence of it is not read as one of the plan's."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return excerpt(value)
    return _("“{text}”").format(text=excerpt(value)) if text.strip() else excerpt(value)


def _lease_meaning(kv: KeyValue, left: int | None) -> tuple[Meaning, ...]:
    if not kv.lease:
        return ()
    title = _("The key stays on its lease {lease}").format(lease=f"{kv.lease:x}")
    text = _("It goes when the lease runs out.")
    if left is not None:
        text = _("It goes when the lease runs out, in {time} unless somebody renews it.").format(time=duration(left))
    return (Meaning(Severity.INFO, title, text),)


def _compared() -> Meaning:
    text = _("If somebody changes the key before, nothing is written and you see both versions.")
    return Meaning(Severity.OK, _("Only if nobody else changed it meanwhile"), text)
