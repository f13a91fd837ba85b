"""What is wrong with a profile that is being typed, in sentences for its form."""

from __future__ import annotations

import re
from collections.abc import Collection

from nasclustergui.core import profile_check
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.profile import Profile

_NODE = re.compile(r"nodes\[(\d+)\]\.(\w+)")


class Missing(InvalidInput):
    """Something needed is still empty: no mistake, so nothing is outlined in red for it."""


def problems(profile: Profile, taken: Collection[str] = ()) -> tuple[InvalidInput, ...]:
    """What keeps the profile from being saved, in the form's order. `taken`: names of other clusters."""
    found = [_said(profile, problem) for problem in profile_check.problems(profile)]
    if profile.name and profile.name.casefold() in {name.casefold() for name in taken}:
        text = _("There is a cluster “{name}” already.").format(name=profile.name)
        found.insert(0, InvalidInput(text, field="name", hint=_("Choose another name.")))
    return tuple(found)


def place(problem: InvalidInput) -> tuple[int, str] | None:
    """(index of the node, field) of a problem of one node."""
    match = _NODE.fullmatch(problem.field)
    return (int(match[1]), match[2]) if match else None


def sentence(problem: InvalidInput) -> str:
    """The problem with what to do."""
    return " ".join(part for part in (str(problem), problem.hint) if part)


def _said(profile: Profile, problem: InvalidInput) -> InvalidInput:
    """The same in the form's words where a value is empty."""
    if problem.field == "name" and not profile.name.strip():
        return Missing(_("Give the cluster a name."), field="name")
    if problem.field == "nodes" and not profile.nodes:
        return Missing(_("Add at least one node."), field="nodes")
    where = place(problem)
    if where is None:
        return problem
    node = profile.nodes[where[0]]
    if where[1] == "host" and not node.host:
        said = _("Node {name} has no address.").format(name=node.name)
        nameless = _("Node {n} of the list has no address.").format(n=where[0] + 1)
        return Missing(said if node.name else nameless, field=problem.field)
    if where[1] == "name" and not node.name:
        said = _("The node at {host} has no name.").format(host=node.host)
        return Missing(
            said if node.host else _("Node {n} of the list has no name.").format(n=where[0] + 1), field=problem.field
        )
    return problem
