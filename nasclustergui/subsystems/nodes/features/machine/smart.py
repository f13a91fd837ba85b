"""What SMART says of a disk, and what follows from it. A disk that says nothing is never called healthy."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MOST = 1 << 48  # a raw value above is packed with something else, not a count
WORN_PERCENT = 90
HOT = 2  # the bit of NVMe's critical warning that only means a temperature


class Silence(StrEnum):
    """Why a disk says nothing."""

    NONE = ""
    NOT_INSTALLED = "not-installed"  # no smartctl on the node
    TOO_OLD = "too-old"  # smartctl before 7.0 has no JSON
    NO_PERMISSION = "no-permission"
    VIRTUAL = "virtual"  # the disk of a virtual machine
    USB_BRIDGE = "usb-bridge"  # the adapter passes no SMART
    UNSUPPORTED = "unsupported"
    OFF = "off"  # switched off in the disk
    ASLEEP = "asleep"  # not woken up for this
    NO_ANSWER = "no-answer"  # smartctl did not come back in time: the disk may be dying
    UNREADABLE = "unreadable"  # an answer that this program can't read


class Health(StrEnum):
    """How much a disk worries."""

    GOOD = "good"
    WATCH = "watch"
    FAILING = "failing"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Smart:
    """One disk. Counts are None where the disk has no such counter.

    Attributes:
        device: "/dev/sda", or "/dev/bus/0 -d megaraid,4" behind a RAID controller.
        passed: the disk's own verdict.
        reallocated, pending, uncorrectable: sectors (of SAS: grown defects, none, uncorrected errors).
        media_errors: of NVMe. critical: bits of NVMe's critical warning.
        wear: percent of the guaranteed life used up. spare, spare_limit: percent, of NVMe.
        hours: power-on hours. celsius: temperature. logged: errors in its log.
        said: smartctl's own words where it could not read.
    """

    device: str
    silence: Silence = Silence.NONE
    model: str = ""
    serial: str = ""
    protocol: str = ""
    passed: bool | None = None
    reallocated: int | None = None
    pending: int | None = None
    uncorrectable: int | None = None
    media_errors: int | None = None
    critical: int | None = None
    wear: int | None = None
    spare: int | None = None
    spare_limit: int | None = None
    hours: int | None = None
    celsius: int | None = None
    logged: int | None = None
    said: str = ""

    @property
    def health(self) -> Health:
        """The worst that it says; UNKNOWN unless the disk itself gave a verdict."""
        only_hot = self.critical == HOT  # smartctl calls that "failed", too
        if (self.passed is False and not only_hot) or (self.critical or 0) & ~HOT:
            return Health.FAILING
        if self.pending or self.uncorrectable or self.media_errors or self.reallocated or self._worn:
            return Health.WATCH
        return Health.GOOD if self.passed and not self.silence else Health.UNKNOWN

    @property
    def loses_data(self) -> bool:
        """It has sectors that it can't read: not only a sign of age."""
        return bool(self.pending or self.uncorrectable or self.media_errors)

    @property
    def _worn(self) -> bool:
        spare_low = self.spare is not None and self.spare_limit is not None and self.spare <= self.spare_limit
        return (self.wear is not None and self.wear >= WORN_PERCENT) or spare_low or bool(self.critical)


def parse_smart(device: str, text: str) -> Smart:
    """Read `smartctl --json -i -H -A -l error` of one disk (smartmontools 7.0 and later); never raises.

    Format: https://www.smartmontools.org, and `smartctl --json=c` of real disks.
    """
    if not text.strip():
        return Smart(device, Silence.NO_ANSWER)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return _no_json(device, text)
    if not isinstance(data, dict) or not isinstance(data.get("smartctl"), dict):
        return Smart(device, Silence.UNREADABLE, said=text[:300])
    said = " ".join(_messages(data))
    read = Smart(
        device,
        model=_text(data.get("model_name") or data.get("scsi_model_name") or data.get("product")),
        serial=_text(data.get("serial_number")),
        protocol=_text(_at(data, "device", "protocol")),
        passed=_bool(_at(data, "smart_status", "passed")),
        hours=_count(_at(data, "power_on_time", "hours")),
        celsius=_count(_at(data, "temperature", "current")),
        said=said,
    )
    counts = _nvme(data) if "nvme_smart_health_information_log" in data else {**_ata(data), **_scsi(data)}
    full = Smart(**{**vars(read), **counts})
    silence = _silence(full, data, said)
    return Smart(**{**vars(full), "silence": silence})


def _no_json(device: str, text: str) -> Smart:
    low = text.lower()
    if "invalid argument" in low or "unrecognized option" in low or "unknown option" in low or "invalid option" in low:
        return Smart(device, Silence.TOO_OLD, said=text[:300])
    if "permission denied" in low:
        return Smart(device, Silence.NO_PERMISSION, said=text[:300])
    return Smart(device, Silence.UNREADABLE, said=text[:300])


def _silence(read: Smart, data: Mapping[str, Any], said: str) -> Silence:
    """Why there is no verdict; NONE where there is one."""
    if read.passed is not None:
        return Silence.NONE
    low = said.lower()
    mode = _text(_at(data, "power_mode", "name")).lower()
    if any(word in low or word in mode for word in ("standby", "sleep")):
        return Silence.ASLEEP
    if "permission denied" in low or "operation not permitted" in low:
        return Silence.NO_PERMISSION
    if "usb bridge" in low:
        return Silence.USB_BRIDGE
    support = data.get("smart_support")
    if isinstance(support, dict) and support.get("available") is True and support.get("enabled") is False:
        return Silence.OFF
    words = f"{read.model} {_text(data.get('vendor'))} {_text(data.get('scsi_vendor'))}".lower()
    if any(name in words for name in ("qemu", "virtual", "vmware", "vbox", "msft")) or "/vd" in read.device:
        return Silence.VIRTUAL
    return Silence.UNSUPPORTED


def _nvme(data: Mapping[str, Any]) -> dict[str, int | None]:
    log = data["nvme_smart_health_information_log"]
    if not isinstance(log, dict):
        return {}
    return {
        "critical": _count(log.get("critical_warning")),
        "media_errors": _count(log.get("media_errors")),
        "wear": _count(log.get("percentage_used")),
        "spare": _count(log.get("available_spare")),
        "spare_limit": _count(log.get("available_spare_threshold")),
        "logged": _count(log.get("num_err_log_entries")),
    }


def _ata(data: Mapping[str, Any]) -> dict[str, int | None]:
    by_id = {_count(row.get("id")): row for row in _rows(_at(data, "ata_smart_attributes", "table"))}
    raw = {n: _count(_at(by_id.get(n), "raw", "value")) for n in (5, 197, 198)}
    log = _at(data, "ata_smart_error_log", "summary", "count")
    return {
        "reallocated": raw[5],
        "pending": raw[197],
        "uncorrectable": raw[198],
        "wear": _wear(data, by_id),
        "logged": _count(log if log is not None else _at(data, "ata_smart_error_log", "extended", "count")),
    }


def _wear(data: Mapping[str, Any], by_id: Mapping[int | None, Mapping[str, Any]]) -> int | None:
    """smartctl 7.4 says it itself; before, some SSDs count down from 100 in an attribute whose name says so."""
    told = _count(_at(data, "endurance_used", "current_percent"))
    if told is not None:
        return told
    for row in by_id.values():
        name = _text(row.get("name")).lower()
        if name in ("wear_leveling_count", "media_wearout_indicator", "ssd_life_left", "percent_lifetime_remain"):
            left = _count(row.get("value"))
            return None if left is None or left > 100 else 100 - left
    return None


def _scsi(data: Mapping[str, Any]) -> dict[str, int | None]:
    log = data.get("scsi_error_counter_log")
    found: dict[str, int | None] = {}
    if isinstance(log, dict):
        counts = [_count(_at(log, way, "total_uncorrected_errors")) for way in ("read", "write", "verify")]
        known = [count for count in counts if count is not None]
        found["uncorrectable"] = sum(known) if known else None
    if "scsi_grown_defect_list" in data:
        found["reallocated"] = _count(data["scsi_grown_defect_list"])
    wear = _count(data.get("scsi_percentage_used_endurance_indicator"))
    return found if wear is None else {**found, "wear": wear}


def _messages(data: Mapping[str, Any]) -> Iterator[str]:
    for row in _rows(_at(data, "smartctl", "messages")):
        yield _text(row.get("string"))


def _rows(value: object) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _at(data: object, *names: str) -> Any:
    for name in names:
        if not isinstance(data, Mapping):
            return None
        data = data.get(name)
    return data


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _bool(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _count(value: object) -> int | None:
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST
    return value if good else None  # type: ignore[return-value]  # checked above
