"""How far the replacement of a disk got: five stages, told from what is there and not from what was clicked."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import count, percent
from nasclustergui.subsystems.gluster.features.disk.advise import Way
from nasclustergui.subsystems.gluster.features.disk.meter import fill
from nasclustergui.subsystems.gluster.features.disk.model import Diagnosis, Trouble
from nasclustergui.subsystems.gluster.features.disk.read import Findings
from nasclustergui.subsystems.gluster.model import Volume
from nasclustergui.ui.parts import Icon, Label, Meter, box, col, label, row

DONE, NOW, LATER = "ok", "info", "stopped"


@dataclass(frozen=True)
class Stage:
    """One stage: `state` is DONE, NOW or LATER; `text` is the line below its title; `share`: 0 … 1 of a bar."""

    title: str
    text: str
    state: str
    share: float | None = None


def stages(
    found: Findings | None, one: Diagnosis | None, way: Way, missing: str, volume: Volume | None, unknown: str = ""
) -> list[Stage]:
    """The stages as they are.

    `missing`: what keeps the plan from being made. `volume`: its newest reading. `unknown`: why nothing was found out.
    """
    reached = _reached(found, one, way, missing)
    texts = [unknown or _find(found, one), _choose(one, way, missing), _prepare(way), "", ""]
    titles = (_("Find"), _("Choose the place"), _("Replace"), _("Heal"), _("Verify"))
    share = None
    if volume is not None and one is not None and reached == 3:
        texts[3], share = _heal(volume, one)
    texts[4] = _("Nothing waits for a heal, and the brick has as many files as the others of its set.")
    out = []
    for n, (title, text) in enumerate(zip(titles, texts, strict=True)):
        state = DONE if n < reached else NOW if n == reached else LATER
        out.append(Stage(title, text if n <= reached or n == 4 else "", state, share if n == 3 else None))
    return out


def _reached(found: Findings | None, one: Diagnosis | None, way: Way, missing: str) -> int:
    if found is None or one is None:
        return 0
    if way is Way.FINISH:
        return 3
    if way is Way.NOTHING:
        return 5
    return 1 if missing else 2


def _find(found: Findings | None, one: Diagnosis | None) -> str:
    if found is None:
        return _("Asking gluster and the nodes.")
    if one is None:
        return _("Choose a brick.")
    return one.brick


def _choose(one: Diagnosis | None, way: Way, missing: str) -> str:
    if missing:
        return missing
    return {
        Way.TAKE_BACK: _("The old disk, with what it has."),
        Way.SAME_PLACE: _("The same place, on the new disk."),
        Way.ELSEWHERE: _("Another disk."),
        Way.FINISH: _("The new brick is in its place."),
        Way.NOTHING: "",
    }[way]


def _prepare(way: Way) -> str:
    if way is Way.FINISH:
        return ""
    if way is Way.TAKE_BACK:
        return _("The plan starts the brick.")
    return _("The plan makes an empty directory, then puts it in the brick's place.")


def _heal(volume: Volume, one: Diagnosis) -> tuple[str, float | None]:
    """What is left, and how full the brick is compared with its set."""
    group = next((g for g in volume.sets if any(b.name == one.brick for b in g)), ())
    known = [b.heal_pending for b in group if b.heal_pending is not None]
    share = fill(volume, one.brick, volume.heal_peak)
    if not known:
        return _("How much waits for a heal is not known."), share
    n = max(known)
    text = ngettext("{n} entry waits for a heal.", "{n} entries wait for a heal.", n).format(n=count(n))
    if share is not None:
        text = _("{text} The disk holds {share} of its set's files.").format(text=text, share=percent(100 * share))
    return text, share


def in_doubt(one: Diagnosis) -> str:
    """A line for a brick that gluster still calls online although its node says otherwise; "" for others."""
    if not one.may_be_failing or one.trouble is Trouble.NODE_GONE:
        return ""
    return _("It may be failing: gluster still calls it online, and notices a dead disk only after about 50 s.")


class Stages(QWidget):
    """The list of stages, changed in place."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("How far the replacement got"))
        self._lines: list[tuple[Icon, Label, Label, Meter]] = []
        rows = []
        for _n in range(5):
            icon, title = Icon("circle", "text3", 18), label("", "strong")
            text, meter = label("", "caption", "text2", wrap=True), Meter(0.0, "busy", 6)
            self._lines.append((icon, title, text, meter))
            rows.append(row(col(icon, None, gap=0), (col(title, text, meter, gap=3), 1), gap=10))
        self.setLayout(col(*rows, None, gap=16))

    def show_stages(self, shown: list[Stage]) -> None:
        """Show these five."""
        for n, (stage, (icon, title, text, meter)) in enumerate(zip(shown, self._lines, strict=True), 1):
            looks = {DONE: ("circle-check", "ok"), NOW: ("circle-dot", "accent"), LATER: ("circle", "text3")}
            icon.set_icon(*looks[stage.state])
            title.set_text(f"{n}  {stage.title}")
            title.set_role("text3" if stage.state == LATER else "text")
            text.set_text(stage.text)
            text.setVisible(bool(stage.text))
            meter.setVisible(stage.share is not None)
            if stage.share is not None:
                meter.set_value(stage.share)
        words = {DONE: _("done"), NOW: _("now"), LATER: _("later")}
        said = "; ".join(f"{stage.title}: {words[stage.state]}" for stage in shown)
        self.setAccessibleDescription(said)


def framed(widget: QWidget) -> QWidget:
    """With room around it."""
    return box(col(widget, margins=(14, 14, 14, 14)))
