"""How numbers, sizes, times and ages read. A no-break space stands before every unit."""

from __future__ import annotations

import math
import time

from nasclustergui.core.i18n import _, language

NB = "\u00a0"
DASH = "—"  # nothing is measured
_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_DECIMAL = ("B", "kB", "MB", "GB", "TB", "PB", "EB")


def _decimal(text: str) -> str:
    """English digits to the user's: 1,284.5 becomes 1.284,5 in German."""
    if language() == "de":
        return text.translate(str.maketrans(",.", ".,"))
    return text


def count(n: float | None) -> str:
    """1284 → "1,284"."""
    return DASH if n is None or math.isnan(n) else _decimal(f"{n:,.0f}")


def decimal(value: float | None, digits: int = 1) -> str:
    """61.44 → "61.4"."""
    return DASH if value is None or math.isnan(value) else _decimal(f"{value:,.{digits}f}")


def percent(value: float | None) -> str:
    """64.4 (of 100) → "64 %"."""
    return DASH if value is None or math.isnan(value) else _decimal(f"{value:.0f}") + NB + "%"


def size(n: float | None) -> str:
    """Bytes in binary units with one decimal: 67508431618867 → "61.4 TiB"."""
    return DASH if n is None or math.isnan(n) else _scaled(n, 1024, _BINARY)


def rate(n: float | None) -> str:
    """Bytes per second in decimal units: 412e6 → "412 MB/s"."""
    return DASH if n is None or math.isnan(n) else _scaled(n, 1000, _DECIMAL, whole=100) + "/s"


def size_parts(n: float, of: float) -> tuple[str, str]:
    """Both sizes in the unit of the larger one: ("61.4", "96.0 TiB")."""
    step = _step(max(n, of), 1024, len(_BINARY))
    digits = 0 if step == 0 else 1
    return decimal(n / 1024**step, digits), decimal(of / 1024**step, digits) + NB + _BINARY[step]


def _step(n: float, base: int, limit: int) -> int:
    """Never more than three digits before the point, also with base 1024: 1008 MiB are written as 1.0 GiB."""
    step = 0
    while abs(n) >= 999.95 and step < limit - 1:
        n /= base
        step += 1
    return step


def _scaled(n: float, base: int, units: tuple[str, ...], whole: float = math.inf) -> str:
    step = _step(n, base, len(units))
    value = n / base**step
    digits = 0 if step == 0 or abs(value) >= whole else 1
    return decimal(value, digits) + NB + units[step]


def parse_size(text: str) -> int:
    """ "10G", "1.5 TiB", "512MB" → bytes, always binary as gluster counts. Raises ValueError."""
    cleaned = text.strip().replace(NB, "").replace(" ", "").lower().removesuffix("ib").removesuffix("b")
    if cleaned and cleaned[-1] in "kmgtpe":
        value = float(cleaned[:-1]) * 1024 ** ("kmgtpe".index(cleaned[-1]) + 1)
    else:
        value = float(cleaned)
    if not 0 <= value < 2**63:
        raise ValueError(text)
    return int(value)


def duration(seconds: float | None) -> str:
    """In the two largest units: 5040 → "1 h 24 min"; below a minute "42 s", below ten "2.4 s" (an int: "2 s")."""
    if seconds is None or math.isnan(seconds):
        return DASH
    if seconds < 9.95:
        return decimal(max(seconds, 0.0), 0 if isinstance(seconds, int) else 1) + NB + "s"
    whole = round(seconds)
    for unit, name, small, small_name in ((86400, "d", 3600, "h"), (3600, "h", 60, "min")):
        if whole >= unit:
            rest = whole % unit // small
            return f"{whole // unit}{NB}{name}" + (f" {rest}{NB}{small_name}" if rest else "")
    if whole >= 60:
        return f"{whole // 60}{NB}min" + (f" {whole % 60}{NB}s" if whole < 600 and whole % 60 else "")
    return f"{whole}{NB}s"


def about(low: float, likely: float, high: float) -> str:
    """An estimate with its band: "about 6 min" or "about 6 min (4 to 11 min)" where the band is wide."""
    text = _("about {time}").format(time=duration(round(likely)))
    first, last = duration(round(low)), duration(round(high))
    if high - low > 0.5 * likely and first != last:
        text += " " + _("({low} to {high})").format(low=first, high=last)
    return text


def clock(at: float | None, now: float | None = None) -> str:
    """Local time, 24 h: today "03:02:17", this year "21 Nov 03:02", else "2025-11-21"."""
    if at is None:
        return DASH
    then, today = time.localtime(at), time.localtime(now)
    if (then.tm_year, then.tm_yday) == (today.tm_year, today.tm_yday):
        return time.strftime("%H:%M:%S", then)
    if then.tm_year == today.tm_year:
        return f"{then.tm_mday} {month(then.tm_mon)} {time.strftime('%H:%M', then)}"
    return time.strftime("%Y-%m-%d", then)


def month(number: int) -> str:
    """Short name of month 1 … 12, independent of the C locale."""
    names = _("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec").split()
    return names[number - 1]
