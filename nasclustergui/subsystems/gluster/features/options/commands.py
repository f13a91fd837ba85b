"""Commands that read and change options, and the parsers of their answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import UnexpectedOutput
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.commands import CHANGE_TIMEOUT, gluster
from nasclustergui.subsystems.gluster.commands.answer import Answer, read_xml, reading
from nasclustergui.subsystems.gluster.commands.values import each, integer, optional, text

GROUPS = "/var/lib/glusterd/groups"
DEFAULT = " (DEFAULT)"
GROUPS_SCRIPT = """cd "$1" || exit 1
for f in *; do
  [ -f "$f" ] || continue
  printf '== %s\\n' "$f"
  cat -- "$f" || exit 1
  echo
done
echo =="""


class Value(NamedTuple):
    """An option as `volume get` shows it."""

    value: str
    is_default: bool


def volume_set(scope: str, option: str, value: str) -> Command:
    """`scope`: a volume, or "all" for options of the pool."""
    return gluster("volume", "set", scope, option, value, timeout=CHANGE_TIMEOUT, lock=True)


def volume_reset(scope: str, option: str) -> Command:
    """One option back to its default."""
    return gluster("volume", "reset", scope, option, timeout=CHANGE_TIMEOUT, lock=True)


def volume_values(scope: str, option: str = "all") -> Command:
    """What is in force. Takes no lock: it answered while another client held it. Read by `parse_values`."""
    return gluster("volume", "get", scope, option)


def group_files() -> Command:
    """All group files of a node, each after a line "== NAME", at the end "==". Read by `parse_groups`."""
    return Command(("sh", "-c", GROUPS_SCRIPT, "sh", GROUPS), timeout=10.0)


def parse_values(answer: Answer) -> Mapping[str, Value]:
    """`volume get SCOPE all`: option → value; gluster's "(null)" is ""."""
    root = read_xml(answer)
    with reading(answer):
        shown = [(text(o, "Option"), _value(optional(o, "Value"))) for o in each(root, "volGetopts/Opt")]
        if not shown or integer(root, "volGetopts/count") != len(shown):
            raise ValueError(_("its count and its list differ"))
    return dict(reversed(shown))  # of options that several translators have, the first one is what one asks for


def parse_groups(result: Result) -> Mapping[str, Mapping[str, str]]:
    """Group → its options in the file's order. Raises UnexpectedOutput if the list isn't whole."""
    lines = result.stdout.splitlines()
    if result.status or not lines or lines[-1] != "==":
        raise UnexpectedOutput(
            _("The group files of gluster cannot be read."), details=f"{result.stdout}\n{result.stderr}".strip()
        )
    groups: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    for line in lines[:-1]:
        if line.startswith("== "):
            current = groups.setdefault(line[3:], {})
        elif "=" in line and not line.lstrip().startswith("#"):
            name, _equals, value = line.partition("=")
            current[name.strip()] = value.strip()
    return groups


def _value(shown: str) -> Value:
    is_default = shown.endswith(DEFAULT.strip())
    value = shown.removesuffix(DEFAULT.strip()).strip() if is_default else shown.strip()
    return Value("" if value == "(null)" else value, is_default)
