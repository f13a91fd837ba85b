"""The page of distributed storage: volumes and peers."""

from __future__ import annotations

from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.storage import StoragePage

__all__ = ["Desk", "StoragePage"]
