"""The page of the central configuration: etcd's keys, what nodes coordinate there, etcd itself."""

from __future__ import annotations

from nasclustergui.subsystems.etcd.page.configuration import ConfigurationPage
from nasclustergui.subsystems.etcd.page.desk import Desk

__all__ = ["ConfigurationPage", "Desk"]
