"""The program's start: the window, or one command of the command line, which never loads Qt."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from nasclustergui.cli.arguments import build_parser, language_of
from nasclustergui.core.i18n import set_language
from nasclustergui.core.settings import Launch


def main(argv: Sequence[str] | None = None) -> int:
    """Run with these words (else the program's own); the exit status."""
    words = sys.argv[1:] if argv is None else list(argv)
    set_language(language_of(words))
    options = build_parser(json="--json" in words).parse_args(words)
    if options.command is None:
        from nasclustergui import app

        return app.main(Launch(options.cluster, options.theme, options.language, options.smoke, options.shot))
    from nasclustergui.cli import main as command_line

    status = command_line.run(options)
    if argv is None:
        leave(status)
    return status


def leave(status: int) -> NoReturn:
    """End the program at once. The interpreter's own end crashes now and then while connections still come up."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # the reader is gone, or it was closed
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    sys.exit(main())
