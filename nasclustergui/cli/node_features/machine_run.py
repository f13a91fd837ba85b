"""Answers `node show`, `node versions` and `node clock`."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.status import show_table
from nasclustergui.cli.terminal import note, say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.nodes.machine import words
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import InvalidInput, NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.units import DASH, count, duration, percent, size
from nasclustergui.remote.parallel import gather
from nasclustergui.subsystems.nodes.features.machine.compare import HERE, Versions, newer_kernel, skews
from nasclustergui.subsystems.nodes.features.machine.compare import versions as compared
from nasclustergui.subsystems.nodes.features.machine.model import Facts, Reading, Updates
from nasclustergui.subsystems.nodes.features.machine.network import mtu_differences
from nasclustergui.subsystems.nodes.features.machine.smart import Smart

CONNECT_SECONDS = 8.0
Lines = list[tuple[str, ...]]  # of a table, the head first


def show(session: Session, options: Namespace) -> Exit:
    """Everything about one node; FAILED if a disk of it fails."""
    name = options.name
    if session.profile.node(name) is None:
        raise InvalidInput(_("There is no node {node} in the profile.").format(node=name), field="name")
    machines = session.machines.closely

    def read(job: Job) -> Reading:
        session.nodes.connect_all(wait=CONNECT_SECONDS)
        machines.look(name, job)
        machines.look_disks(name, job)
        machines.look_updates(name, job)
        return machines.latest(name) or Reading()

    reading = work(Job("show", quiet=True), read)
    if options.json:
        say_json(_reading_data(name, reading))
    else:
        _say_reading(reading)
    failing = any(words.health_word(smart)[0] == "critical" for smart in reading.smart or ())
    return Exit.FAILED if failing else Exit.OK


def versions(session: Session, options: Namespace) -> Exit:
    """A line per program and version; those that differ first."""
    machines = session.machines.closely
    readings, errors = _everybody(session, lambda name, job: machines.look(name, job))
    facts = {name: reading.facts for name, reading in readings.items() if reading.facts is not None}
    found = sorted(compared(facts), key=lambda each: not each.differs)
    if options.json:
        say_json({"versions": [_version_data(each) for each in found], "mtu": _mtu_data(facts), "errors": errors})
    else:
        lines: Lines = [(_("Program"), _("Version"), _("Nodes"), "")]
        for each in found:
            for version, nodes in each.nodes.items():
                text = _("differs") if each.differs else ""
                lines.append((words.program(each.name), version or _("not installed"), ", ".join(nodes), text))
        show_table(lines)
    return _told(errors, options)


def clocks(session: Session, options: Namespace) -> Exit:
    """A line per clock; FAILED if one is certainly off by more than half a second."""
    machines = session.machines.closely
    readings, errors = _everybody(session, lambda name, job: machines.look_clock(name, job))
    told = {name: reading.clock for name, reading in readings.items() if reading.clock is not None}
    found = skews(told)
    if options.json:
        rows = [_clock_data(each.name, each.seconds, each.error, each.wrong) for each in found]
        against = {name: {"seconds": clock.ahead, "uncertainty": clock.error} for name, clock in told.items()}
        say_json({"against_most": rows, "against_workstation": against, "errors": errors})
    else:
        lines: Lines = [(_("Clock"), _("Against this workstation"), _("Against most clocks"), "")]
        for each in found:
            here = DASH if each.name == HERE else words.skew_text(told[each.name])
            name = each.name or _("this workstation")
            lines.append((name, here, words.seconds_text(each.seconds, each.error), _("wrong") if each.wrong else ""))
        show_table(lines)
    wrong = any(each.wrong for each in found)
    return Exit.FAILED if wrong else _told(errors, options)


def _version_data(each: Versions) -> dict[str, Any]:
    by_version = {version: list(nodes) for version, nodes in each.nodes.items()}
    return {"program": each.name, "differs": each.differs, "versions": by_version}


def _clock_data(name: str, seconds: float, error: float, wrong: bool) -> dict[str, Any]:
    return {"clock": name or None, "seconds": seconds, "uncertainty": error, "wrong": wrong}


def _everybody(session: Session, look: Callable[[str, Job], None]) -> tuple[dict[str, Reading], dict[str, str]]:
    """The nodes that could be read, and why the others could not."""
    machines = session.machines.closely

    def one(name: str, job: Job) -> bool:
        look(name, job)
        return True

    def read(job: Job) -> dict[str, bool | NasError]:
        session.nodes.connect_all(wait=CONNECT_SECONDS)
        return gather({name: partial(one, name) for name in session.nodes}, job)

    answers = work(Job("machines", quiet=True), read)
    errors = {name: str(answer) for name, answer in answers.items() if isinstance(answer, NasError)}
    good = {name: machines.latest(name) for name in session.nodes if name not in errors}
    return {name: reading for name, reading in good.items() if reading is not None}, errors


def _told(errors: dict[str, str], options: Namespace) -> Exit:
    if not options.json:
        for text in errors.values():
            note(text)
    return Exit.FAILED if errors else Exit.OK


def _mtu_data(facts: dict[str, Facts]) -> dict[str, dict[str, list[str]]]:
    known = {name: found.interfaces for name, found in facts.items() if found.interfaces is not None}
    differences = mtu_differences(known)
    return {network: {str(mtu): list(names) for mtu, names in by.items()} for network, by in differences.items()}


# ---- one node


def _reading_data(name: str, reading: Reading) -> dict[str, Any]:
    facts, updates = reading.facts or Facts(), reading.updates or Updates()
    return {
        "name": name,
        "read_at": reading.facts_at,
        **{key: value for key, value in asdict(facts).items() if key != "missing"},
        "not_read": list(facts.missing),
        "newer_kernel": newer_kernel(facts.software) or None,
        "smart": [asdict(smart) | {"health": smart.health.value} for smart in reading.smart or ()],
        "updates": asdict(updates) | {"security": updates.security, "lists_age": updates.lists_age},
        "clock": None
        if reading.clock is None
        else {"seconds": reading.clock.ahead, "uncertainty": reading.clock.error, "read_at": reading.clock_at},
        "asked_at": time.time(),
    }


def _say_reading(reading: Reading) -> None:
    facts = reading.facts or Facts()
    show_table(_overview(facts, reading))
    if facts.devices:
        say()
        show_table(_disks(facts, reading.smart or ()))
    if facts.mounted:
        say()
        show_table(_filesystems(facts))
    for array in facts.arrays:
        lacks = DASH if array.lacks is None else str(array.lacks)
        say(
            _("Array {name}: {level} {state}, disks missing: {lacks} {progress}")
            .format(name=array.name, level=array.level, state=array.state, lacks=lacks, progress=array.progress)
            .rstrip()
        )
    if facts.interfaces:
        say()
        show_table(_interfaces(facts))
    if facts.missing:
        note(_("Not told by the node: {parts}").format(parts=", ".join(facts.missing)))


def _overview(facts: Facts, reading: Reading) -> Lines:
    hardware, software = facts.hardware, facts.software
    model = " ".join(part for part in (hardware.vendor, hardware.product) if part)
    units = DASH if software.failed_units is None else ", ".join(software.failed_units) or _("None")
    heat = max((sensor.celsius for sensor in hardware.sensors), default=None)
    return [
        (_("Machine"), f"{model or DASH}, {words.kind_text(hardware)}"),
        (_("Serial number"), hardware.serial or DASH),
        (_("Processor"), hardware.cpu or DASH),
        (_("Memory"), size(hardware.memory)),
        (_("Hottest sensor"), DASH if heat is None else f"{heat:.0f} °C"),
        (_("System"), software.system or DASH),
        (_("Kernel"), software.kernel or DASH),
        (_("Restart"), words.reboot_text(facts)[0]),
        (_("Updates"), words.updates_text(reading.updates)[0]),
        (_("Package lists"), words.lists_text(reading.updates)),
        (_("Old programs run"), ", ".join(software.replaced) or _("None seen")),
        (_("Failed units"), units),
        (_("Clock"), words.skew_text(reading.clock)),
        (_("Time service"), words.keeping_text(facts.time)),
    ]


def _disks(facts: Facts, smart: tuple[Smart, ...]) -> Lines:
    told = {each.device: each for each in smart}
    lines: Lines = [
        (_("Disk"), _("Model"), _("Serial number"), _("Size"), _("State"), _("Wear"), _("Running"), _("Remark"))
    ]
    for device in facts.devices or ():
        found = told.pop(device.path, told.get("", Smart(device.path)))
        lines.append(_disk(device.path, device.model, device.serial, size(device.size), found))
    lines += [_disk(each.device, "", "", DASH, each) for name, each in told.items() if name]
    return lines


def _disk(path: str, model: str, serial: str, room: str, smart: Smart) -> tuple[str, ...]:
    remark = ", ".join(words.signs(smart)) or words.silence_text(smart.silence)
    hours = DASH if smart.hours is None else duration(smart.hours * 3600)
    wear = DASH if smart.wear is None else percent(smart.wear)
    state = words.health_word(smart)[1]
    return path, model or smart.model or DASH, serial or smart.serial or DASH, room, state, wear, hours, remark


def _filesystems(facts: Facts) -> Lines:
    lines: Lines = [(_("File system"), _("Type"), _("Size"), _("Used"), _("Inodes used"), _("Remark"))]
    for each in facts.mounted or ():
        remark = _("read-only") if each.read_only else ""
        used, inodes = percent(each.used_percent), percent(each.inodes_percent)
        lines.append((each.mount, each.type, size(each.size), used, inodes, remark))
    return lines


def _interfaces(facts: Facts) -> Lines:
    lines: Lines = [(_("Interface"), _("State"), _("MTU"), _("Speed"), _("Addresses"), _("Errors"), _("Dropped"))]
    for each in facts.interfaces or ():
        state = DASH if each.up is None else _("Up") if each.up else _("Down")
        mtu = DASH if each.mtu is None else str(each.mtu)
        speed = DASH if each.speed is None else f"{each.speed} Mbit/s"
        addresses = ", ".join(each.addresses) or DASH
        lines.append((each.name, state, mtu, speed, addresses, count(each.errors), count(each.dropped)))
    return lines
