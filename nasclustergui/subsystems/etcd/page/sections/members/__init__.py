"""The section of etcd itself: its members, who leads, their databases, and what can be done about them."""

from __future__ import annotations

from nasclustergui.subsystems.etcd.page.sections.members.section import MembersSection

__all__ = ["MembersSection"]
