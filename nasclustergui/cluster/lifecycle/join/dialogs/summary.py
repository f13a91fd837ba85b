"""One sentence about all checks together."""

from __future__ import annotations

from nasclustergui.cluster.lifecycle.join.model import Verdict
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext


def summary(verdict: Verdict, joined: bool) -> tuple[str, str]:
    """A state and a sentence. `joined`: the node is in the profile already, so only the plan is left."""
    obstacles = verdict.obstacles
    if verdict.look.machine is None:
        return "critical", _("The machine could not be looked at.")
    if obstacles:
        text = ngettext("{n} thing is in the way of joining.", "{n} things are in the way of joining.", len(obstacles))
        text = text.format(n=len(obstacles))
        return "critical", text if joined else text + " " + _("It can be added to the profile and joined later.")
    worries = sum(finding.severity is Severity.WARN and not finding.fix for finding in verdict.findings)
    fixes = len(verdict.fixes)
    parts = [_("Nothing is in the way.")]
    if worries:
        parts.append(ngettext("{n} thing to look at.", "{n} things to look at.", worries).format(n=worries))
    if fixes:
        parts.append(
            ngettext("The join does {n} thing first.", "The join does {n} things first.", fixes).format(n=fixes)
        )
    return "warn" if worries else "ok", " ".join(parts)
