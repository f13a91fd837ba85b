"""The program's start: the window, or one command of the command line, which never loads Qt."""

from __future__ import annotations

import sys
from collections.abc import Sequence

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

    return command_line.run(options)


if __name__ == "__main__":
    sys.exit(main())
