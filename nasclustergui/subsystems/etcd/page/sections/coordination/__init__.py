"""Coordination: who changes the cluster, locks and elections, leases, heartbeats, services."""

from __future__ import annotations

from nasclustergui.subsystems.etcd.page.sections.coordination.section import CoordinationSection

__all__ = ["CoordinationSection"]
