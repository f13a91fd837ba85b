"""The sections of the configuration page in their order: the one list of them. Each is loaded when first opened."""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple, cast

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.etcd.page.desk import Desk
from nasclustergui.subsystems.etcd.page.section import Section


class SectionSpec(NamedTuple):
    """A section: its id in action ids ("config.members:node1"), its title, and "module:Class" in this package."""

    id: str
    title: str
    where: str


def sections() -> tuple[SectionSpec, ...]:
    """All of them, titled in the active language."""
    return (
        SectionSpec("keys", _("Keys"), "keys:KeysSection"),
        SectionSpec("changes", _("Changes"), "changes.section:ChangesSection"),
        SectionSpec("coordination", _("Coordination"), "coordination:CoordinationSection"),
        SectionSpec("members", _("Members"), "members:MembersSection"),
        SectionSpec("access", _("Access"), "access:AccessSection"),
    )


def make(spec: SectionSpec, desk: Desk) -> Section:
    """The widget of a section."""
    module, _colon, name = spec.where.partition(":")
    return cast(Section, getattr(import_module(f"{__name__}.{module}"), name)(desk))
