"""Plans that bring old values back: of one key, or of several that differ between two revisions. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.core.units import count, size
from nasclustergui.remote.etcd_types import Compare, Delete, Put, Target
from nasclustergui.subsystems.etcd.commands.keys import save
from nasclustergui.subsystems.etcd.commands.txn import txn
from nasclustergui.subsystems.etcd.features.changes.batches import Edit, batches, command, remove, write
from nasclustergui.subsystems.etcd.features.changes.diff import short
from nasclustergui.subsystems.etcd.features.changes.model import Comparison, Difference, History, Turn, Version
from nasclustergui.subsystems.etcd.features.keys.schema import fault

DRIVER = "etcd"
LANE = f"{DRIVER}/keys"


def plan_restore(history: History, wanted: Version, cluster: str) -> Plan:
    """Write an old value again, if the key is still as the history shows it."""
    now, value = history.now, wanted.value
    if value is None:
        raise InvalidInput(
            _("Revision {n} is a deletion: there is no value to restore.").format(n=wanted.revision),
            field="revision",
            hint=_("Choose the version before it."),
        )
    if now is not None and now.value == value:
        raise InvalidInput(
            _("{key} holds that value already.").format(key=history.name), field="revision", hint=_("Nothing to do.")
        )
    step = Step(
        title=_("Restore {key} as it was at revision {n}").format(key=history.name, n=wanted.revision),
        node="",
        command=save(history.key, value, now.revision if now else 0, now.lease if now else 0),
        driver=DRIVER,
        risk=Risk.CAUTION if now else Risk.SAFE,
        undo_text=_("Undo: the value of now") if now else _("Undo: delete it again"),
        undo=txn(
            [Compare(history.key, Target.VALUE, "=", value)],
            [Put(history.key, now.value or b"", now.lease) if now else Delete(history.key)],
        ),
    )
    undo = (
        _("Restore revision {n}, which is what the key holds now.").format(n=now.revision)
        if now
        else _("Delete the key again.")
    )
    return Plan(
        title=_("Restore {key}").format(key=history.name),
        cluster=cluster,
        steps=(step,),
        meaning=tuple(_restore_meaning(history, wanted, value)),
        undo=undo,
        confirm=history.name,
        lane=LANE,
        seconds=1.0,
        cancel_effect=_("The value of now is written again."),
        icon="undo-2",
    )


def _restore_meaning(history: History, wanted: Version, value: bytes) -> list[Meaning]:
    said: list[Meaning] = []
    now = history.now
    if why := fault(history.key, value):
        said.append(Meaning(Severity.WARN, _("The old value breaks the rules for this key"), why))
    if now is not None and now.lease:
        text = _(
            "It hangs on a lease and stays on it: the process that holds the lease may write it again at any time."
        )
        said.append(Meaning(Severity.WARN, _("A process keeps this key"), text))
    if now is None:
        title = _("The key is there again")
        said.append(Meaning(Severity.WARN, title, _("It gets the value {value}.").format(value=short(value))))
        if wanted.lease:
            text = _("Then it hung on a lease, now it does not: it stays until somebody deletes it.")
            said.append(Meaning(Severity.WARN, _("It no longer goes away by itself"), text))
    else:
        text = _("From {now} to {old}.").format(now=short(now.value), old=short(value))
        said.append(Meaning(Severity.WARN, _("Whoever reads the key gets the old value at once"), text))
    text = _("If somebody changes the key before this plan runs, nothing is written.")
    return [*said, Meaning(Severity.OK, _("The history stays: the restored value is a new revision"), text)]


def plan_restore_keys(comparison: Comparison, chosen: Sequence[Difference], cluster: str) -> Plan:
    """Make the chosen keys as they were at the comparison's first revision. Its last one must be the present."""
    if not comparison.now:
        raise InvalidInput(
            _("Keys are restored against the present."),
            hint=_("Compare with now instead of revision {n}.").format(n=comparison.last),
        )
    free = [difference for difference in chosen if not _leased(difference)]
    if not free:
        raise InvalidInput(
            _("None of the chosen keys can be restored."),
            hint=_("Keys on a lease belong to the process that renews it."),
        )
    edits = [_edit(difference) for difference in free]
    writes = sum(difference.before is not None for difference in free)
    removed = sum(difference.before is None for difference in free)
    overwritten = sum(difference.turn is Turn.CHANGED for difference in free)
    n = len(free)
    title = ngettext("Restore {n} key as of revision {rev}", "Restore {n} keys as of revision {rev}", n)
    named = free[0].name if n == 1 else ""
    return Plan(
        title=_("Restore {key} as of revision {rev}").format(key=named, rev=comparison.first)
        if named
        else title.format(n=count(n), rev=comparison.first),
        cluster=cluster,
        steps=edit_steps(edits, Risk.DESTRUCTIVE if removed else Risk.CAUTION if overwritten else Risk.SAFE),
        meaning=tuple(_keys_meaning(writes, removed, len(chosen) - n)),
        undo=_("Compare with revision {n} and restore the same keys.").format(n=comparison.last),
        confirm=named or _short_prefix(comparison),
        lane=LANE,
        seconds=max(1.0, n / 2000),
        cancel_effect=_("What is restored by then stays so; compare again to see what is left."),
        icon="undo-2",
    )


def _short_prefix(comparison: Comparison) -> str:
    return comparison.prefix.decode("utf-8", "backslashreplace")


def _leased(difference: Difference) -> bool:
    return bool(difference.after is not None and difference.after.lease)


def _edit(difference: Difference) -> Edit:
    if difference.before is not None:
        return write(difference.key, difference.before.value, difference.after)
    assert difference.after is not None
    return remove(difference.after)


def _keys_meaning(writes: int, removed: int, left_out: int) -> list[Meaning]:
    said: list[Meaning] = []
    if removed:
        title = ngettext("{n} key that came later is deleted", "{n} keys that came later are deleted", removed)
        said.append(Meaning(Severity.CRITICAL, title.format(n=count(removed)), _("Their values stay in the history.")))
    if writes:
        title = ngettext("{n} key gets its old value", "{n} keys get their old values", writes)
        text = _("Whoever reads them gets the old values at once.")
        said.append(Meaning(Severity.WARN, title.format(n=count(writes)), text))
    if left_out:
        title = ngettext("{n} key on a lease is left alone", "{n} keys on a lease are left alone", left_out)
        text = _("They belong to the process that renews the lease.")
        said.append(Meaning(Severity.INFO, title.format(n=count(left_out)), text))
    text = _("If somebody changed one of the keys meanwhile, the transaction with that key is not carried out.")
    return [*said, Meaning(Severity.OK, _("Nothing that others change is overwritten"), text)]


def edit_steps(edits: Sequence[Edit], risk: Risk) -> tuple[Step, ...]:
    """The edits as transactions, one step each."""
    found, at, all_of = [], 0, len(edits)
    for batch in batches(edits):
        first, last = at + 1, at + len(batch)
        at = last
        weight = size(sum(edit.bytes for edit in batch))
        if len(batch) == 1:
            title = (_("Delete {key}") if isinstance(batch[0].operation, Delete) else _("Write {key}")).format(
                key=batch[0].name
            )
        else:
            title = _("Change keys {first} to {last} of {n} in one transaction, {size}").format(
                first=count(first), last=count(last), n=count(all_of), size=weight
            )
        found.append(Step(title, "", command(batch), DRIVER, risk, undo_text=_("See below")))
    return tuple(found)
