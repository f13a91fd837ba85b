"""What is said about a node's clock."""

from __future__ import annotations

from nasclustergui.core.i18n import _
from nasclustergui.core.units import NB, decimal, duration
from nasclustergui.subsystems.logs.model import NodeLogs


def clock_text(logs: NodeLogs) -> str:
    """ "node2: clock 5.0 s ahead", "" if it is right within two seconds."""
    if not logs.clock_is_off:
        return ""
    seconds = decimal(abs(logs.skew)) if abs(logs.skew) < 60 else ""
    amount = f"{seconds}{NB}s" if seconds else duration(abs(logs.skew))
    text = _("{node}: clock {time} ahead") if logs.skew > 0 else _("{node}: clock {time} behind")
    return text.format(node=logs.node, time=amount)
