"""The section about who may do what: users, roles, authentication, certificates, and who is signed in."""

from __future__ import annotations

from nasclustergui.subsystems.etcd.page.sections.access.section import AccessSection

__all__ = ["AccessSection"]
