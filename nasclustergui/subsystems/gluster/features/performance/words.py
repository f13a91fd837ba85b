"""Numbers of profile and top as text. Pure."""

from __future__ import annotations

from nasclustergui.core.i18n import _
from nasclustergui.core.units import DASH, decimal
from nasclustergui.subsystems.gluster.features.performance.model import Metric


def latency(nanoseconds: float | None) -> str:
    """ "45.3 µs", "1.2 ms", "14.3 s"; "—" where nothing was timed."""
    if nanoseconds is None:
        return DASH
    for limit, divisor, unit in ((1e6, 1e3, "µs"), (1e9, 1e6, "ms")):
        if nanoseconds < limit:
            return f"{decimal(nanoseconds / divisor)}\u00a0{unit}"
    return f"{decimal(nanoseconds / 1e9)}\u00a0s"


def metric_words() -> dict[Metric, str]:
    """What each metric ranks by."""
    return {
        Metric.OPEN: _("Opened most often"),
        Metric.READ: _("Most reads"),
        Metric.WRITE: _("Most writes"),
        Metric.OPENDIR: _("Directories opened most often"),
        Metric.READDIR: _("Directories listed most often"),
        Metric.READ_PERF: _("Fastest reads"),
        Metric.WRITE_PERF: _("Fastest writes"),
    }
