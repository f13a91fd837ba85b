"""The sections of the storage page in their order: the one list of them. Each is loaded when it is first opened."""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple, cast

from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.section import Section


class SectionSpec(NamedTuple):
    """A section: its id in action ids ("gluster.options:data"), icon, title, and "module:Class" in this package."""

    id: str
    icon: str
    title: str
    where: str


def volume_sections() -> tuple[SectionSpec, ...]:
    """The subjects of one volume, shown in its own view."""
    return ()


def pool_sections() -> tuple[SectionSpec, ...]:
    """The subjects of the whole pool, tabs beside the volumes."""
    return ()


def make(spec: SectionSpec, desk: Desk) -> Section:
    """The widget of a section."""
    module, _colon, name = spec.where.partition(":")
    return cast(Section, getattr(import_module(f"{__name__}.{module}"), name)(desk))
