"""The page of logs."""

from __future__ import annotations

from nasclustergui.subsystems.logs.page.page import LogsPage

__all__ = ["LogsPage"]
