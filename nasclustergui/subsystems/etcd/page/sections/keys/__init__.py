"""The section of the keys: the tree of the store, live, and the panel of the chosen key."""

from __future__ import annotations

from nasclustergui.subsystems.etcd.page.sections.keys.section import KeysSection

__all__ = ["KeysSection"]
