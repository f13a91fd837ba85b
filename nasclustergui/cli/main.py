"""Runs one command of the command line and turns every error into a sentence and an exit status."""

from __future__ import annotations

import os
import sys
import traceback
from argparse import Namespace
from collections.abc import Callable

from nasclustergui.cli.exit_codes import Exit, exit_code
from nasclustergui.cli.terminal import error_data, note, prepare, say_json, tell
from nasclustergui.cli.working import Interrupted
from nasclustergui.core.errors import Cancelled, NasError
from nasclustergui.core.i18n import _


def run(options: Namespace) -> int:
    """Run the command that `options` names; the exit status."""
    prepare()
    try:
        return int(_command(options)(options))
    except Interrupted as stopped:
        return int(stopped.code)
    except KeyboardInterrupt:
        return int(Exit.INTERRUPTED)
    except Cancelled as error:
        return int(exit_code(error))
    except NasError as error:
        if options.json:
            say_json(error_data(error))
        else:
            tell(error)
        return int(exit_code(error))
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(Exit.FAILED)
    except Exception:
        note(_("This is a bug in nasclustergui."))
        note(traceback.format_exc())
        return int(Exit.BUG)


def _command(options: Namespace) -> Callable[[Namespace], int]:
    """The function for the command; imported here so that each loads only what it needs."""
    if options.command in ("audit", "profile"):
        from nasclustergui.cli import files

        return files.audit if options.command == "audit" else files.profile
    from nasclustergui.cli import cluster

    return {"status": cluster.status, "gluster": cluster.gluster}.get(options.command, cluster.subject)
