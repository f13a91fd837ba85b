"""Imports paramiko without `invoke`, a third of its cost, which it only needs for "Match exec" in an ssh_config.

Import this before anything else that imports paramiko, where a fast start counts. "Match exec" works as ever.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _LaterInvoke(ModuleType):
    """Stands where paramiko looks for `invoke`, and loads it when somebody needs it."""

    def run(self, *words: Any, **options: Any) -> Any:
        """`invoke.run`."""
        import invoke

        return invoke.run(*words, **options)


def _load() -> None:
    if "paramiko" in sys.modules or "invoke" in sys.modules:
        return
    sys.modules["invoke"] = _LaterInvoke("invoke")
    try:
        import paramiko  # noqa: F401
    finally:
        del sys.modules["invoke"]


_load()
