"""Commands that concern files on this workstation only: `audit verify|show`, `profile …`."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path
from typing import Any

from nasclustergui.cli.cluster import chosen_file
from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.status import show_table
from nasclustergui.cli.terminal import say, say_json
from nasclustergui.cluster.profile_driver import change_of
from nasclustergui.core import profile_check
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.remote import inventory, profile_edit
from nasclustergui.remote.audit_reader import newest, verify
from nasclustergui.remote.paths import audit_file


def audit(options: Namespace) -> Exit:
    """`audit verify` and `audit show`."""
    path = Path(options.file) if options.file else audit_file()
    if options.what == "show":
        return _show(path, options)
    found = verify(path)
    if options.json:
        data = {"file": str(path), "intact": found.intact, "entries": found.entries, "repaired": found.repaired}
        say_json(data | {"broken_line": found.broken_line, "reason": found.reason})
    elif found.intact:
        say(
            ngettext("{file}: {n} entry, intact.", "{file}: {n} entries, intact.", found.entries).format(
                file=path, n=found.entries
            )
        )
        if found.repaired:
            say(
                ngettext(
                    "{n} line was cut short by a crash, and noted.",
                    "{n} lines were cut short by a crash, and noted.",
                    found.repaired,
                ).format(n=found.repaired)
            )
    else:
        say(_("{file}: line {line}: {reason}").format(file=path, line=found.broken_line, reason=found.reason))
    return Exit.OK if found.intact else Exit.FAILED


def _show(path: Path, options: Namespace) -> Exit:
    name = options.cluster
    if name.endswith(".toml") or os.sep in name:
        name = inventory.load(inventory.find(name)).name
    entries = newest(path, max(options.number, 0), name)
    if options.json:
        say_json(list(entries))
        return Exit.OK
    for entry in entries:
        say(_line(entry))
    return Exit.OK


def _line(entry: dict[str, Any]) -> str:
    who = entry.get("who")
    user = who.get("user", "") if isinstance(who, dict) else ""
    said = f"$ {entry['command']}" if entry.get("command") else str(entry.get("title", ""))
    marks = [_("undo")] if entry.get("undo") else []
    outcome = str(entry.get("outcome", ""))
    parts = (entry.get("local", ""), user, entry.get("cluster", ""), entry.get("node", ""), entry.get("kind", ""))
    return "  ".join(str(part) for part in (*parts, *marks, outcome, said) if part)


def profile(options: Namespace) -> Exit:
    """`profile check FILE`, `profile list`, and what plans end in: `profile endpoint|role|node`."""
    if options.what in ("endpoint", "role", "node"):
        profile_edit.change_file(chosen_file(options.cluster), change_of((options.what, *options.words)))
        return Exit.OK
    return _profiles(options) if options.what == "list" else _check(Path(options.file), options)


def _check(path: Path, options: Namespace) -> Exit:
    read = inventory.read(path)
    found = profile_check.problems(read)
    if options.json:
        problems = [{"field": p.field, "error": str(p), "hint": p.hint} for p in found]
        say_json({"file": str(path), "cluster": read.name, "nodes": len(read.nodes), "problems": problems})
    elif not found:
        say(
            ngettext(
                "{file}: {cluster}, {n} node, no problem.", "{file}: {cluster}, {n} nodes, no problem.", len(read.nodes)
            ).format(file=path, cluster=read.name, n=len(read.nodes))
        )
    for problem in () if options.json else found:
        say(f"{path}: {problem.field}: {problem}" + (f" {problem.hint}" if problem.hint else ""))
    return Exit.INVALID if found else Exit.OK


def _profiles(options: Namespace) -> Exit:
    stored = inventory.listing()
    if options.json:
        say_json(
            [
                {
                    "file": str(s.path),
                    "cluster": s.profile.name if s.profile else None,
                    "error": str(s.error) if s.error else None,
                }
                for s in stored
            ]
        )
        return Exit.OK
    rows = [(s.profile.name if s.profile else "", str(s.path), str(s.error) if s.error else "") for s in stored]
    show_table([(_("Cluster"), _("File"), _("Problem")), *rows])
    return Exit.OK
