"""How a metric reads, how far its axis goes and what stands at its ticks. No Qt."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from nasclustergui.core import units
from nasclustergui.core.units import NB

_TOPS = (1, 2, 4, 6, 8, 10)  # their halves read well, too
_KEEP = 0.3  # a growing axis shrinks when the highest value falls below this share of its end


@dataclass(frozen=True)
class Axis:
    """From 0 to `top`, in the unit of the series; `labels` stand at 0, half and `top`."""

    top: float
    labels: tuple[str, str, str]


@dataclass(frozen=True)
class Quantity:
    """What kind of number a chart shows.

    Attributes:
        text: writes a number with its unit: 412e6 → "412 MB/s".
        top: end of the axis in the unit of the series; None lets it grow with the values.
        factor: the series' values times this are what `text` writes (a share of memory as bytes).
        base: 1000, or 1024 where `text` counts in binary units.
        least: a growing axis ends here or above, so that noise near 0 doesn't look like load.
    """

    text: Callable[[float], str]
    top: float | None = None
    factor: float = 1.0
    base: int = 1000
    least: float = 1.0

    def value(self, value: float) -> str:
        """A value of the series, written out; a dash for NaN."""
        return self.text(value * self.factor)

    def axis(self, highest: float, before: Axis | None = None) -> Axis:
        """The axis for values up to `highest` (NaN: there are none). Stays as `before` while that fits well."""
        if self.top is not None:
            return before or self._labelled(self.top)
        if math.isnan(highest):
            highest = 0.0
        if before is not None and before.top * _KEEP <= highest <= before.top:
            return before
        top = nice_top(max(highest, self.least))
        return before if before is not None and before.top == top else self._labelled(top)

    def _labelled(self, top: float) -> Axis:
        shown = top * self.factor
        while abs(shown) >= self.base:
            shown /= self.base
        unit = self.text(top * self.factor).rpartition(NB)[2]
        return Axis(top, ("0", _short(shown / 2), _short(shown) + NB + unit))


def _short(value: float) -> str:
    return units.decimal(value, 0 if abs(value - round(value)) < 0.05 else 1)


def nice_top(value: float) -> float:
    """The smallest of 1, 2, 4, 6, 8, 10 × 10ⁿ that is not below `value` (> 0)."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(m * power for m in _TOPS if m * power >= value * (1 - 1e-9))


PERCENT = Quantity(units.percent, top=100.0)
RATE = Quantity(units.rate, least=10_000.0)


def memory(total: int) -> Quantity:
    """Shares (0 … 100) of `total` bytes, shown as bytes."""
    return Quantity(units.size, top=100.0, factor=total / 100.0, base=1024) if total > 0 else PERCENT
