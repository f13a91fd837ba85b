"""When certificates end, and when that needs an eye. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it loads a library that a window that opens does not need
    from nasclustergui.remote.certificates import Certificate

DAY = 86400.0
WARN_DAYS, ALARM_DAYS = 30, 14


def days_left(certificate: Certificate, now: float) -> float:
    """Until it ends; negative after that. `now`: Unix time."""
    return (certificate.ends - now) / DAY


def urgency(certificate: Certificate, now: float) -> str:
    """ "critical" when it has ended or is about to, "warn" from 30 days before, "" while there is time."""
    left = days_left(certificate, now)
    if left <= ALARM_DAYS:
        return "critical"
    return "warn" if left <= WARN_DAYS else ""
