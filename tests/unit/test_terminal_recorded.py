"""Recorded output of real programs must look as tmux draws it.

Each recording (`script`-like, 80 × 24, TERM=xterm-256color) has the screen that tmux 3.3 captured after the same bytes.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from nasclustergui.subsystems.terminal.emulator.terminal import Terminal

FOLDER = Path(__file__).parent.parent / "recorded" / "terminal"


@pytest.mark.parametrize("piece", [1, 7, 4096])
@pytest.mark.parametrize("program", ["vim", "htop", "less", "tmux"])
def test_it_looks_as_in_tmux(program: str, piece: int) -> None:
    data = (FOLDER / f"{program}.bytes").read_bytes()
    *expected, told = (FOLDER / f"{program}.screen.txt").read_text(encoding="utf-8").splitlines()
    terminal = Terminal(80, 24, lambda _answer: None)
    for at in range(0, len(data), piece):
        terminal.feed(data[at : at + piece])
    screen = terminal._screen
    assert [row.line().text.rstrip() for row in screen.rows] == expected
    assert f"@cursor {screen.column()} {screen.cursor.y}" == told
