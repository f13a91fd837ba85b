"""Rules of the toolkit: bundled icons only, no style sheets, licences beside what they cover."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import nasclustergui

PACKAGE = Path(nasclustergui.__file__).parent
ICONS = {path.stem for path in (PACKAGE / "resources" / "icons").glob("*.svg")}
# function -> place of the icon's name among its arguments
PLACES = {"Icon": 0, "icon": 0, "draw_icon": 1, "button": 2, "Button": 2, "Empty": 0, "PageEntry": 1}


def calls() -> Iterator[tuple[Path, str, ast.Call]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                function = node.func
                yield path, function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", ""), node


def named_icons() -> Iterator[tuple[Path, str]]:
    for path, function, call in calls():
        names = [k.value for k in call.keywords if k.arg == "icon"]
        place = PLACES.get(function)
        if function == "Cell" and len(call.args) > 2:
            place = 2
        if place is not None and len(call.args) > place:
            names.append(call.args[place])
        for name in names:
            if isinstance(name, ast.Constant) and isinstance(name.value, str) and name.value:
                yield path, name.value


def test_every_icon_that_is_named_is_bundled() -> None:
    named = list(named_icons())
    assert len(named) > 30
    assert [(path.name, name) for path, name in named if name not in ICONS] == []


def test_there_are_no_style_sheets() -> None:
    assert [path.name for path, function, _call in calls() if function == "setStyleSheet"] == []


def test_fonts_and_icons_come_with_their_licences() -> None:
    fonts, icons = PACKAGE / "resources" / "fonts", PACKAGE / "resources" / "icons"
    families = {path.name.split("_")[0] for path in fonts.glob("*.ttf")}
    assert families == {path.name.removesuffix("-OFL.txt") for path in fonts.glob("*-OFL.txt")}
    assert "ISC License" in (icons / "LICENSE").read_text(encoding="utf-8")
