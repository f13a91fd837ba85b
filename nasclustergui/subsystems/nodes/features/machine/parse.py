"""Reads what the scripts of a machine print. A section that can't be read is named as missing; the others stay."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from nasclustergui.core.command import Result
from nasclustergui.subsystems.nodes.features.machine import network, storage
from nasclustergui.subsystems.nodes.features.machine.model import (
    Facts,
    Hardware,
    Sensor,
    Software,
    TimeKeeping,
    Update,
    Updates,
)
from nasclustergui.subsystems.nodes.features.machine.sections import json_rows, number, pairs, sections, text_of
from nasclustergui.subsystems.nodes.features.machine.smart import Silence, Smart, parse_smart

T = TypeVar("T")
_PLACEHOLDERS = ("to be filled by o.e.m.", "default string", "not specified", "system serial number", "none", "0")
_INST = re.compile(r"^Inst (\S+) (?:\[([^\]]*)\] )?\((\S+) ([^)]*)\)")
_SUMMARY = re.compile(r"^(\d+) upgraded, (\d+) newly installed, (\d+) to remove and (\d+) not upgraded", re.MULTILINE)
_SECURITY = re.compile(r"[-_ ,:/]security\b", re.IGNORECASE)
_PACKAGED = re.compile(r"\bDebian (\S+)")


def parse_facts(node: str, result: Result) -> Facts:
    """What FACTS_SCRIPT printed. Raises UnexpectedOutput if it is cut off."""
    parts = dict(sections(node, result))
    missing: list[str] = []

    def part(name: str, parse: Callable[[], T], otherwise: T) -> T:
        try:
            return parse()
        except (ValueError, KeyError, IndexError):
            missing.append(name)
            return otherwise

    def get(name: str) -> str:
        return parts.get(name, "")

    return Facts(
        _hardware(parts),
        part("lsblk", lambda: storage.parse_devices(get("lsblk")), None),
        part("df", lambda: storage.parse_mounted(get("df"), get("mounts")), None),
        (*storage.parse_mdstat(get("mdstat")), *storage.parse_pools(get("zpool"))),
        part("address", lambda: network.parse_interfaces(get("address"), get("links")), None),
        network.parse_bonds(get("bonds")),
        part("route", lambda: network.parse_gateways(get("route")), ()),
        _software(parts),
        _time(parts),
        tuple(missing),
    )


def _hardware(parts: Mapping[str, str]) -> Hardware:
    dmi = {name: value for name, value in pairs(parts.get("dmi", "")).items() if value.lower() not in _PLACEHOLDERS}
    cpu = _lscpu(parts.get("cpu", ""))
    sockets, per_socket = number(cpu.get("Socket(s)")), number(cpu.get("Core(s) per socket"))
    memory = {line.split(":")[0]: line.split(":")[1] for line in parts.get("memory", "").splitlines() if ":" in line}
    ecc = [line.split() for line in parts.get("ecc", "").splitlines()]
    counted = [(number(row[0]), number(row[1])) for row in ecc if len(row) == 2]
    return Hardware(
        dmi.get("sys_vendor", ""),
        dmi.get("product_name", ""),
        dmi.get("product_serial", ""),
        dmi.get("board_name", ""),
        dmi.get("bios_version", ""),
        dmi.get("bios_date", ""),
        parts.get("virt", "").strip(),
        cpu.get("Model name", ""),
        sockets,
        sockets * per_socket if sockets and per_socket else None,
        number(cpu.get("CPU(s)")),
        _kib(memory.get("MemTotal")),
        _kib(memory.get("SwapTotal")),
        sum(row[0] or 0 for row in counted) if counted else None,
        sum(row[1] or 0 for row in counted) if counted else None,
        tuple(sensor for line in parts.get("hwmon", "").splitlines() if (sensor := _sensor(line)) is not None),
    )


def _lscpu(text: str) -> dict[str, str]:
    try:
        rows = json_rows(text, "lscpu")
    except ValueError:
        return {}
    flat = list(rows)
    for row in flat:  # newer versions nest: the list grows while it is walked
        children = row.get("children")
        flat.extend(child for child in children if isinstance(child, dict)) if isinstance(children, list) else None
    return {text_of(row, "field").rstrip(":"): text_of(row, "data") for row in flat}


def _kib(text: str | None) -> int | None:
    found = number(text.split()[0]) if text and text.split() else None
    return None if found is None else found * 1024


def _sensor(line: str) -> Sensor | None:
    """Thousandths of °C; what no thermometer of a machine shows is a sensor that isn't wired."""
    words = line.split("|")
    if len(words) != 4 or not words[2].lstrip("-").isdecimal():
        return None
    celsius, critical = int(words[2]) / 1000, number(words[3])
    if not -40 < celsius < 150:
        return None
    return Sensor(words[0], words[1], celsius, critical / 1000 if critical and critical < 200_000 else None)


def _software(parts: Mapping[str, str]) -> Software:
    system = [*parts.get("system", "").splitlines(), "", "", "", ""]
    rows = [line.split("\t") for line in parts.get("packages", "").splitlines()]
    installed = {row[0]: row[1] for row in rows if len(row) == 3 and row[2] == "installed"}
    kernels = {name.removeprefix("linux-image-"): v for name, v in installed.items() if name.startswith("linux-image-")}
    reboot = parts.get("reboot", "").split()
    packaged = _PACKAGED.search(system[3])
    return Software(
        system[0],
        system[1],
        system[2],
        packaged.group(1) if packaged else "",
        tuple(sorted(parts.get("kernels", "").split(), key=release_order)),
        kernels,
        {name: v for name, v in installed.items() if not name.startswith("linux-image-")},
        tuple(dict.fromkeys(parts.get("replaced", "").split())),
        _units(parts.get("units", "")),
        "required" in reboot,
        tuple(dict.fromkeys(word for word in reboot if word != "required")),
    )


def _units(text: str) -> tuple[str, ...] | None:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if "@told" not in lines:
        return None
    return tuple(line.split()[0] for line in lines if line != "@told")


def release_order(release: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts kernel releases: 6.1.0-9 before 6.1.0-18."""
    return tuple((1, int(p), "") if p.isdecimal() else (0, 0, p) for p in re.split(r"(\d+)|[.\-+~]", release) if p)


def _time(parts: Mapping[str, str]) -> TimeKeeping:
    told = pairs(parts.get("time", ""))
    tracking = parts.get("tracking", "").strip().split(",")
    source, offset = told.get("ServerName", ""), None
    if len(tracking) == 14:  # chronyc -c tracking: the name of the source, then the offset in seconds as the 5th
        source = tracking[1] or source
        try:
            offset = float(tracking[4])
        except ValueError:
            offset = None
    synchronised = {"yes": True, "no": False}.get(told.get("NTPSynchronized", ""))
    return TimeKeeping(told.get("service", ""), synchronised, told.get("Timezone", ""), source, offset)


def parse_disks(node: str, result: Result) -> tuple[Smart, ...]:
    """What SMART_SCRIPT printed. Raises UnexpectedOutput if it is cut off."""
    parts = sections(node, result)
    if any(name == "not-installed" for name, _text in parts):
        return (Smart("", Silence.NOT_INSTALLED),)
    asked = ((name.removeprefix("smart "), text) for name, text in parts if name.startswith("smart "))
    return tuple(parse_smart(device, text) for device, text in asked)


def parse_updates(node: str, result: Result) -> Updates:
    """What UPDATES_SCRIPT printed. Raises UnexpectedOutput if it is cut off."""
    parts = dict(sections(node, result))
    now = at = None
    for line in parts.get("lists", "").splitlines():
        name, _equals, value = line.partition("=")
        told = number(value)
        if name == "now":
            now = told
        elif name == "at" and told is not None:
            at = max(at or 0, told)
    text = parts.get("upgrade", "")
    summary = _SUMMARY.search(text)
    restart = _restart(parts.get("needrestart", ""))
    if summary is None:  # cut off, interrupted dpkg, no apt at all: nobody knows
        error = next((line for line in text.splitlines() if line.startswith("E: ")), "")
        return Updates(None, 0, at, now, error.removeprefix("E: "), restart)
    found = [match for line in text.splitlines() if (match := _INST.match(line))]
    updates = tuple(Update(m[1], m[2] or "", m[3], bool(_SECURITY.search(m[4]))) for m in found)
    if len(updates) != int(summary[1]) + int(summary[2]):
        return Updates(None, 0, at, now, "", restart)
    return Updates(updates, int(summary[4]), at, now, "", restart)


def _restart(text: str) -> tuple[str, ...] | None:
    """needrestart -b: "NEEDRESTART-SVC: ssh.service" lines."""
    if "@told" not in text.split():
        return None
    rows = (line.partition(": ") for line in text.splitlines())
    return tuple(value.strip() for name, _colon, value in rows if name == "NEEDRESTART-SVC")
