"""What somebody has typed into a key and not saved; kept while other keys are looked at. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.remote.etcd_types import KeyValue
from nasclustergui.subsystems.etcd.features.keys import schema, values
from nasclustergui.subsystems.etcd.features.keys.values import Form, Shown


@dataclass(frozen=True)
class Draft:
    """A text on its way to become a value.

    Attributes:
        key: base: the key as it was when the editing began, None for one that was not there.
        like: how the value was put into the editor. text: what stands there now.
        imported: a file's content instead of the text, None for the text.
    """

    key: bytes
    base: KeyValue | None
    like: Shown
    text: str
    imported: bytes | None = None

    @property
    def value(self) -> bytes:
        """What saving would write. Raises InvalidInput for hex digits that are none."""
        if self.imported is not None:
            return self.imported
        if self.base is not None and self.text == self.like.text:
            return self.base.value
        return values.bytes_of(self.text, self.like)

    @property
    def dirty(self) -> bool:
        """There is something to save."""
        if self.imported is None and self.base is not None:
            return self.text != self.like.text
        return self.base is None or self.imported != self.base.value

    def fault(self) -> str:
        """Why it cannot be saved so, a sentence; "" if it can. Long JSON and YAML are not looked into: see `deep`."""
        if self.like.form in (Form.JSON, Form.YAML) and self.imported is None and len(self.text) <= values.LIVE_CHECK:
            why = values.fault(self.text, self.like.form)
            if why:
                return why
        try:
            return schema.fault(self.key, self.value)
        except InvalidInput as error:
            return str(error)

    def deep_fault(self) -> str:
        """As `fault`, whatever it takes: for worker threads."""
        if self.imported is None:
            return values.fault(self.text, self.like.form) or self.fault()
        return self.fault()

    def typed(self, text: str) -> Draft:
        """With another text."""
        return replace(self, text=text)

    def in_form(self, form: Form) -> Draft:
        """Shown in another form. Raises InvalidInput if what was typed can't be read in the present one."""
        value = self.value
        like = values.shown(value, form)
        if like.form is not form:
            text = _("This value is no text that an editor would keep as it is: it is shown byte by byte.")
            raise InvalidInput(text, field="form")
        if self.base is None:
            return replace(self, like=like, text=like.text)
        stored = values.shown(self.base.value, form)
        same = value == self.base.value and self.imported is None
        return replace(self, like=stored if same else replace(like, text=stored.text), text=like.text)

    def on(self, base: KeyValue | None) -> Draft:
        """The same text, begun anew from another state of the key: what was in between is taken into account."""
        stored = values.shown(base.value, self.like.form).text if base is not None else ""
        return replace(self, base=base, like=replace(self.like, text=stored))


def begin(kv: KeyValue, form: Form | None = None) -> Draft:
    """A key as it is, nothing typed yet."""
    like = values.shown(kv.value, form or values.form_of(kv.key, kv.value))
    return Draft(kv.key, kv, like, like.text)
