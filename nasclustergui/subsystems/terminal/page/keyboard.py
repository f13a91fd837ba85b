"""From Qt's key events to what a terminal sends, or to a command of the window."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from nasclustergui.subsystems.terminal.keys import ALT, CONTROL, SHIFT, named_key, typed

_K, _M = Qt.Key, Qt.KeyboardModifier
# On macOS Qt calls the Command key Control and the Control key Meta.
_CONTROL = _M.MetaModifier if sys.platform == "darwin" else _M.ControlModifier
_COMMAND = _M.ControlModifier

# By number: Qt tells keys that its enumeration does not have, such as the one of the euro sign.
_NAMES: dict[int, str] = {
    _K.Key_Up: "up", _K.Key_Down: "down", _K.Key_Left: "left", _K.Key_Right: "right", _K.Key_Home: "home",
    _K.Key_End: "end", _K.Key_Insert: "insert", _K.Key_Delete: "delete", _K.Key_PageUp: "pageup",
    _K.Key_PageDown: "pagedown", _K.Key_Return: "enter", _K.Key_Enter: "keypad-enter", _K.Key_Tab: "tab",
    _K.Key_Backtab: "tab", _K.Key_Backspace: "backspace", _K.Key_Escape: "escape",
    **{getattr(_K, f"Key_F{n}"): f"f{n}" for n in range(1, 13)},
}  # fmt: skip
# (key, Shift) with the command key -> command of the window
_COMMANDS: dict[tuple[int, bool], str] = {
    (_K.Key_C, True): "copy", (_K.Key_V, True): "paste", (_K.Key_F, True): "find", (_K.Key_T, True): "new",
    (_K.Key_W, True): "close", (_K.Key_A, True): "select-all", (_K.Key_Backtab, True): "leave",
    (_K.Key_Tab, True): "leave", (_K.Key_Plus, True): "zoom-in", (_K.Key_Plus, False): "zoom-in",
    (_K.Key_Equal, False): "zoom-in", (_K.Key_Equal, True): "zoom-in", (_K.Key_Minus, False): "zoom-out",
    (_K.Key_0, False): "zoom-reset", (_K.Key_PageUp, False): "tab-before", (_K.Key_PageDown, False): "tab-after",
}  # fmt: skip
_SHIFTED: dict[int, str] = {
    _K.Key_PageUp: "page-up", _K.Key_PageDown: "page-down", _K.Key_Insert: "paste-selection",
    _K.Key_Home: "to-top", _K.Key_End: "to-bottom",
}  # fmt: skip
_MAC_COMMANDS: dict[int, str] = {
    _K.Key_C: "copy",
    _K.Key_V: "paste",
    _K.Key_F: "find",
    _K.Key_T: "new",
    _K.Key_W: "close",
}


def pressed(modifiers: Qt.KeyboardModifier) -> int:
    """SHIFT | ALT | CONTROL of Qt's modifiers."""
    found = SHIFT if modifiers & _M.ShiftModifier else 0
    found |= ALT if modifiers & _M.AltModifier else 0
    return found | (CONTROL if modifiers & _CONTROL else 0)


def command_of(event: QKeyEvent) -> str:
    """What the key means to the window, "" if it is for the shell."""
    key, modifiers = event.key(), event.modifiers() & ~_M.KeypadModifier
    shift = bool(modifiers & _M.ShiftModifier)
    if modifiers & ~_M.ShiftModifier == _COMMAND:
        if sys.platform == "darwin" and key in _MAC_COMMANDS and not shift:
            return _MAC_COMMANDS[key]
        return _COMMANDS.get((key, shift), "")
    if modifiers == _M.ShiftModifier:
        return _SHIFTED.get(key, "")
    return ""


def bytes_of(event: QKeyEvent, modes: frozenset[int]) -> bytes:
    """What the shell gets for the key, empty for keys that type nothing by themselves."""
    mods = pressed(event.modifiers())
    name = _NAMES.get(event.key())
    if name is not None:
        return named_key(name, mods, modes)
    text = event.text()
    if mods & CONTROL and mods & ALT and text.isprintable() and text:
        return typed(text, 0)  # AltGr, as Windows tells it
    if mods & CONTROL:
        return _with_control(event, mods)
    return typed(text, mods & ALT) if text else b""


def _with_control(event: QKeyEvent, mods: int) -> bytes:
    """Qt's text is a control character already, or nothing; the key itself is clearer."""
    key = event.key()
    if 0x20 <= key < 0x7F:
        return typed(chr(key).lower(), mods)
    text = event.text()
    return typed(text, mods & ALT) if text else b""
