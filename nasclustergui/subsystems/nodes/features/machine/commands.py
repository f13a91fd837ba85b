"""The commands that look at a machine. All of them need root: serial numbers, SMART, and what others' processes run."""

from __future__ import annotations

from nasclustergui.core.command import Command
from nasclustergui.subsystems.nodes.features.machine.scripts import FACTS_SCRIPT, SMART_SCRIPT, UPDATES_SCRIPT


def _shell(script: str, timeout: float) -> Command:
    return Command(("sh", "-c", script, "sh"), timeout=timeout)


FACTS = _shell(FACTS_SCRIPT, 45.0)  # seconds; each part has its own, shorter limit
SMART = _shell(SMART_SCRIPT, 240.0)  # 13 s for each disk that does not answer
UPDATES = _shell(UPDATES_SCRIPT, 75.0)
