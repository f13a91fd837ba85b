"""The chosen key: reads it, keeps what is typed into it, and makes plans of that after a look at the newest state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from nasclustergui.core.errors import InvalidInput, NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.remote.etcd_types import KeyValue
from nasclustergui.subsystems.etcd.features import Store
from nasclustergui.subsystems.etcd.features.keys import plans, values
from nasclustergui.subsystems.etcd.features.keys.merge import Merged, merge
from nasclustergui.subsystems.etcd.features.keys.model import KeyRead
from nasclustergui.subsystems.etcd.features.keys.read import no_such_key, read_key
from nasclustergui.subsystems.etcd.features.keys.values import Form
from nasclustergui.subsystems.etcd.page.desk import Desk
from nasclustergui.subsystems.etcd.page.sections.keys.draft import Draft, begin

_SETTLE_MS = 60  # while arrow keys run through rows nobody reads each of them


@dataclass(frozen=True)
class Clash:
    """A draft and what the store holds by now.

    Attributes:
        theirs: the key as it is, None if it was deleted. merged: None where a text is binary on one side.
        texts: base, mine, theirs, as they are shown.
    """

    draft: Draft
    theirs: KeyValue | None
    merged: Merged | None
    texts: tuple[str, str, str]


class Keeper(QObject):
    """One per section.

    Attributes:
        key: the chosen one, None for none. read: it as read last; error: why not.
        drafts: unsaved texts by key; they stay as long as the section.

    Signals:
        changed: key, read or error are others now. clashed: a Clash to be decided.
        proposed: core.plan.Plan. refused: NasError.
    """

    changed = Signal()
    clashed = Signal(object)
    proposed = Signal(object)
    refused = Signal(object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.key: bytes | None = None
        self.read: KeyRead | None = None
        self.error: NasError | None = None
        self.drafts: dict[bytes, Draft] = {}
        self.saving = False
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self.look)
        desk.changed.connect(self.look_soon)

    # ---- looking

    def choose(self, key: bytes | None) -> None:
        """Another key; it is read soon."""
        if key != self.key:
            self.key, self.read, self.error = key, None, None
            self.changed.emit()
        self.look_soon()

    def look_soon(self) -> None:
        """Something may have happened to it."""
        if self.key is not None:
            self._settle.start()

    def look(self) -> None:
        """Read it now."""
        if self.key is not None:
            key = self.key
            self._desk.read(self, partial(_read, key), self._on_read, partial(self._on_failed, key))

    def _on_read(self, read: KeyRead) -> None:
        if read.key != self.key:
            return
        self.read, self.error = read, None
        draft = self.drafts.get(read.key)
        if draft is not None and read.kv is not None and _value(draft) == read.kv.value:
            del self.drafts[read.key]  # it was saved, by us or by somebody who wanted the same
        self.changed.emit()

    def _on_failed(self, key: bytes, error: NasError) -> None:
        if key == self.key:
            self.error = error
            self.changed.emit()

    # ---- typing

    def draft(self) -> Draft | None:
        """What is typed into the chosen key, else the key as it is; None before it was read."""
        if self.key is None:
            return None
        kept = self.drafts.get(self.key)
        if kept is not None:
            return kept
        return begin(self.read.kv) if self.read is not None and self.read.kv is not None else None

    def keep(self, draft: Draft) -> None:
        """Take note of what is typed now."""
        if draft.dirty:
            self.drafts[draft.key] = draft
        else:
            self.drafts.pop(draft.key, None)

    def discard(self) -> None:
        """Forget what was typed into the chosen key."""
        if self.key is not None and self.drafts.pop(self.key, None) is not None:
            self.changed.emit()

    def newer(self) -> bool:
        """Somebody else changed the key since the draft was begun."""
        draft = self.drafts.get(self.key or b"")
        if draft is None or self.read is None:
            return False
        begun = draft.base.mod_revision if draft.base is not None else 0
        return begun != (self.read.kv.mod_revision if self.read.kv is not None else 0)

    # ---- saving

    def save(self) -> None:
        """Look once more, then propose the plan, or tell the clash."""
        draft = self.drafts.get(self.key or b"")
        if draft is not None and not self.saving:
            self.saving = True
            self._desk.read(self, partial(_examine, draft), partial(self._on_examined, draft), self._on_not_examined)

    def _on_examined(self, draft: Draft, found: tuple[KeyRead, str, Clash | None]) -> None:
        self.saving = False
        read, fault, clash = found
        if read.key == self.key:
            self.read = read
            self.changed.emit()
        if clash is not None:
            self.clashed.emit(clash)
        elif fault:
            self.refused.emit(InvalidInput(fault, field="value"))
        else:
            self.propose_save(draft)

    def _on_not_examined(self, error: NasError) -> None:
        self.saving = False
        self.refused.emit(error)

    def settle(self, clash: Clash, text: str | None, take_mine: bool = False) -> None:
        """A clash is decided: the merged text, my value as it is, or (None) theirs."""
        if text is None and not take_mine:
            self.drafts.pop(clash.draft.key, None)
            self.changed.emit()
            return
        draft = clash.draft.on(clash.theirs)
        if text is not None:
            draft = replace(draft, imported=None, text=text)
        self.drafts[draft.key] = draft
        self.changed.emit()
        self.propose_save(draft)

    def propose_save(self, draft: Draft) -> None:
        """The plan that writes the draft."""
        left = self.read.lease if self.read is not None and self.read.key == draft.key else None
        try:
            plan = plans.plan_save(draft.key, draft.base, draft.value, self._desk.cluster, left[0] if left else None)
        except NasError as error:
            self.refused.emit(error)
            return
        self.proposed.emit(plan)

    def propose_delete(self, key: bytes) -> None:
        """The plan that deletes a key, as it is now."""
        self._desk.read(self, partial(_present, key), self._on_to_delete, self.refused.emit)

    def _on_to_delete(self, kv: KeyValue) -> None:
        self.proposed.emit(plans.plan_delete(kv, self._desk.cluster))


def _value(draft: Draft) -> bytes | None:
    try:
        return draft.value
    except InvalidInput:
        return None


def _read(key: bytes, store: Store, job: Job) -> KeyRead:
    return read_key(store, key, job)


def _present(key: bytes, store: Store, job: Job) -> KeyValue:
    found = store.client.get(key, job=job)
    if found is None:
        raise no_such_key(key)
    return found


def _examine(draft: Draft, store: Store, job: Job) -> tuple[KeyRead, str, Clash | None]:
    """The key as it is, what is wrong with the draft, and how both differ if somebody else wrote meanwhile."""
    read = read_key(store, draft.key, job)
    fault = draft.deep_fault()
    now = read.kv.mod_revision if read.kv is not None else 0
    if now == (draft.base.mod_revision if draft.base is not None else 0):
        return read, fault, None
    return read, fault, clash_of(draft, read.kv)


def clash_of(draft: Draft, theirs: KeyValue | None) -> Clash:
    """Base, mine and theirs beside each other. Comparing ten thousand lines takes seconds: for worker threads."""
    form = draft.like.form
    base = values.shown(draft.base.value if draft.base is not None else b"", form)
    other = values.shown(theirs.value if theirs is not None else b"", form)
    mine = values.shown(draft.imported, form) if draft.imported is not None else None
    text = mine.text if mine is not None else draft.text
    texts = (base.text, text, other.text)
    binary = Form.BINARY in (form, base.form, other.form, mine.form if mine is not None else form)
    return Clash(draft, theirs, None if binary or theirs is None else merge(*texts), texts)


def clash_title(clash: Clash) -> str:
    """What happened, in a few words."""
    return _("Deleted by somebody else") if clash.theirs is None else _("Changed by somebody else")
