"""Bytes into what they ask for: text, controls, escape sequences. ECMA-48 and xterm's ctlseqs.

A subclass of pyte's ByteStream that finds whole sequences by regular expressions; pyte's own parser takes one
character at a time through a generator, prints the inside of DCS and APC strings, and raises where a sequence has too
many numbers. Any bytes are taken; what isn't known does nothing. What an unfinished sequence keeps is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pyte

from nasclustergui.subsystems.terminal.emulator.screen import TerminalScreen

LONGEST_STRING = 4096  # characters of an OSC that are kept
LONGEST_SEQUENCE = 256
MOST_NUMBERS = 16

_TEXT = re.compile("[^\x00-\x1f\x7f-\x9f]+")
_BULK = re.compile("(?:[ -~]*\r\n)+")
_CSI = re.compile("\x1b\\[([0-?\x00-\x17\x19\x1c-\x1f\x7f]*)([ -/]*)([@-~])")
_CSI_START = re.compile("\x1b\\[[0-?\x00-\x17\x19\x1c-\x1f\x7f]*[ -/]*")
_ESC = re.compile("\x1b([ -/]*)([0-~])")
_ESC_START = re.compile("\x1b[ -/]*")
_C1 = re.compile("[\x80-\x9f]")
_STRING_END = re.compile("[\x07\x18\x1a\x1b]")
_STRINGS = "]P_^Xk"
_CANCEL = "\x18\x1a"

# final byte -> (method, most numbers it takes)
_CONTROL = {
    "@": ("insert_characters", 1), "A": ("cursor_up", 1), "B": ("cursor_down", 1), "C": ("cursor_forward", 1),
    "D": ("cursor_back", 1), "E": ("cursor_down1", 1), "F": ("cursor_up1", 1), "G": ("cursor_to_column", 1),
    "H": ("cursor_position", 2), "I": ("tabs_forward", 1), "J": ("erase_in_display", 1), "K": ("erase_in_line", 1),
    "L": ("insert_lines", 1), "M": ("delete_lines", 1), "P": ("delete_characters", 1), "S": ("scroll_lines_up", 1),
    "T": ("scroll_lines_down", 1), "X": ("erase_characters", 1), "Z": ("tabs_back", 1), "`": ("cursor_to_column", 1),
    "a": ("cursor_forward", 1), "b": ("repeat", 1), "c": ("report_device_attributes", 1), "d": ("cursor_to_line", 1),
    "e": ("cursor_down", 1), "f": ("cursor_position", 2), "g": ("clear_tab_stop", 1),
    "h": ("set_mode", MOST_NUMBERS), "l": ("reset_mode", MOST_NUMBERS), "n": ("report_device_status", 1),
    "r": ("set_margins", 2), "s": ("save_cursor", 0), "u": ("restore_cursor", 0),
}  # fmt: skip
_PRIVATE = {"h": "set_mode", "l": "reset_mode", "n": "report_device_status"}
_ESCAPES = {
    "c": "reset", "D": "index", "E": "next_line", "M": "reverse_index", "H": "set_tab_stop", "7": "save_cursor",
    "8": "restore_cursor",
}  # fmt: skip
_BASIC = {
    "\x07": "bell", "\x08": "backspace", "\x09": "tab", "\x0a": "linefeed", "\x0b": "linefeed", "\x0c": "linefeed",
    "\x0d": "carriage_return", "\x0e": "shift_out", "\x0f": "shift_in",
}  # fmt: skip


class TerminalStream(pyte.ByteStream):
    """Feeds one `TerminalScreen`."""

    def __init__(self, screen: TerminalScreen) -> None:
        self.screen = screen
        self._rest = ""  # an unfinished sequence
        self._string: list[str] | None = None  # an unfinished OSC or DCS, in pieces
        self._kept = 0
        super().__init__(screen, strict=False)
        self._basic = {key: getattr(screen, name) for key, name in _BASIC.items()}
        self._escapes = {key: getattr(screen, name) for key, name in _ESCAPES.items()}
        self._control = {key: (getattr(screen, name), most) for key, (name, most) in _CONTROL.items()}

    def attach(self, screen: Any) -> None:
        """pyte's own parser isn't used, so none is made."""
        self.listener = screen

    def feed(self, data: bytes) -> None:  # type: ignore[override]
        """Take some bytes; a character or sequence may begin in one call and end in the next."""
        text = self.utf8_decoder.decode(data) if self.use_utf8 else data.decode("latin-1")
        if not text.isascii():
            text = _C1.sub(lambda found: "\x1b" + chr(ord(found[0]) - 0x40), text)
        text, self._rest = self._rest + text, ""
        at, size = 0, len(text)
        while at < size:
            at = self._next(text, at) if self._string is None else self._in_string(text, at)

    def _next(self, text: str, at: int) -> int:
        """Do what begins at `at`; where the next begins."""
        found = _TEXT.match(text, at)
        if found is not None:
            self.screen.draw(found[0])
            at = found.end()
            if at == len(text):
                return at
        character = text[at]
        if character == "\x1b":
            return self._escape(text, at)
        self.screen.last_drawn = ""
        do = self._basic.get(character)
        if do is not None:
            do()
            if character == "\n":
                return self._many_lines(text, at + 1)
        return at + 1

    def _many_lines(self, text: str, at: int) -> int:
        """Plain lines in a row are most of what makes a terminal slow."""
        found = _BULK.match(text, at)
        if found is None or not self.screen.is_simple():
            return at
        self.screen.bulk(found[0].split("\r\n")[:-1])
        return found.end()

    # ------------------------------------------------------------ sequences

    def _escape(self, text: str, at: int) -> int:
        kind = text[at + 1 : at + 2]
        if kind == "[":
            return self._control_sequence(text, at)
        if kind and kind in _STRINGS:
            self._string, self._kept = [kind], 0
            return at + 2
        self.screen.last_drawn = ""
        found = _ESC.match(text, at)
        if found is None:
            start = _ESC_START.match(text, at)
            assert start is not None
            return self._unfinished(text, at, start.end())
        self._escaped(found[1], found[2])
        return found.end()

    def _escaped(self, between: str, final: str) -> None:
        if between == "":
            do = self._escapes.get(final)
            if do is not None:
                do()
            elif final in "=>":
                self.screen.keypad_application(final == "=")
        elif between in ("(", ")"):
            self.screen.define_charset(final, between)
        elif between == "#" and final == "8":
            self.screen.alignment_display()
        elif between == "%" and final in "@G8":
            self.select_other_charset(final)

    def _unfinished(self, text: str, at: int, end: int) -> int:
        """A sequence stops at `end`: what follows is either still to come, or ends it without effect."""
        if end == len(text):
            self._rest = text[at:] if end - at <= LONGEST_SEQUENCE else "\x1b["
        elif text[end] in _CANCEL:
            return end + 1
        return end

    def _control_sequence(self, text: str, at: int) -> int:
        found = _CSI.match(text, at)
        if found is None:
            start = _CSI_START.match(text, at)
            assert start is not None
            return self._unfinished(text, at, start.end())
        parameters = found[1]
        if not parameters.isprintable():  # controls inside of a sequence act at once
            for character in parameters:
                if (do := self._basic.get(character)) is not None:
                    do()
            parameters = "".join(c for c in parameters if "0" <= c <= "?")
        self._controlled(parameters, found[2], found[3])
        return found.end()

    def _controlled(self, parameters: str, between: str, final: str) -> None:
        if between or parameters[:1] in ("<", "=", ">", "?"):
            self._extended(parameters, between, final)
        elif final == "m":
            self.screen.set_style(parameters)
        elif (known := self._control.get(final)) is not None:
            do, most = known
            do(*numbers(parameters)[:most])
        if final != "b":
            self.screen.last_drawn = ""  # REP repeats only what stands right before it

    def _extended(self, parameters: str, between: str, final: str) -> None:
        lead, rest = (parameters[:1], parameters[1:]) if parameters[:1] in ("<", "=", ">", "?") else ("", parameters)
        given = numbers(rest)
        screen = self.screen
        if lead == "?" and not between:
            if final in _PRIVATE:
                do: Callable[..., None] = getattr(screen, _PRIVATE[final])
                do(*(given if final != "n" else given[:1]), private=True)
            elif final in "JK":
                self._control[final][0](given[0])
        elif between == "$" and final == "p" and lead in ("", "?"):
            screen.report_mode(given[0], lead == "?")
        elif lead == ">" and final == "c" and not between:
            screen.report_secondary_attributes(given[0])
        elif (lead, between, final) == ("", " ", "q"):
            screen.set_cursor_shape(given[0])
        elif (lead, between, final) == ("", "!", "p"):
            screen.soft_reset()

    # ------------------------------------------------------------ strings

    def _in_string(self, text: str, at: int) -> int:
        """OSC, DCS and the like, up to ST or BEL; any other escape ends it too and begins something new."""
        assert self._string is not None
        found = _STRING_END.search(text, at)
        end = found.start() if found is not None else len(text)
        if self._kept < LONGEST_STRING:
            self._string.append(text[at : min(end, at + LONGEST_STRING)])
            self._kept += end - at
        if found is None:
            return end
        if found[0] == "\x1b":
            if end + 1 == len(text):
                self._rest = "\x1b"
                return end + 1
            end += text[end + 1] == "\\"
            done = text[end] == "\\"
            self._finish_string()
            return end + 1 if done else end
        if found[0] in _CANCEL:
            self._string = None
        else:
            self._finish_string()
        return end + 1

    def _finish_string(self) -> None:
        assert self._string is not None
        kind, *pieces = self._string
        self._string = None
        if kind == "]":
            self._command("".join(pieces))

    def _command(self, text: str) -> None:
        """OSC: titles, the directory, questions for colours. Nothing may touch the clipboard (52)."""
        code, _semicolon, rest = text.partition(";")
        if code in ("0", "2"):
            self.screen.set_title(rest)
        elif code == "7":
            self.screen.set_directory(rest)
        elif code in ("10", "11") and rest == "?":
            self.screen.report_color(int(code))


@lru_cache(maxsize=1024)
def numbers(parameters: str) -> tuple[int, ...]:
    """ "1;;5" as 1, 0, 5: at most `MOST_NUMBERS`, none above 9999."""
    words = parameters.split(";")[:MOST_NUMBERS]
    return tuple(min(int(word), 9999) if word.isdigit() and len(word) < 9 else 0 for word in words)
