"""The command line's words: one parser for the window's options and all commands."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from nasclustergui import __version__
from nasclustergui.cli.etcd_features import add_all as etcd_words
from nasclustergui.cli.gluster_features import add_all
from nasclustergui.cli.gluster_features.heal import add_words as heal_words
from nasclustergui.cli.gluster_features.words import Words as GlusterWords
from nasclustergui.cli.node_features import add_all as node_words
from nasclustergui.cli.terminal import say_json
from nasclustergui.cli.words import Finish, Words
from nasclustergui.core.i18n import _
from nasclustergui.core.settings import THEMES

LANGUAGES = ("en", "de")


def language_of(argv: Sequence[str]) -> str | None:
    """The value of --language, found before the parser exists: its texts are translated too."""
    for index, word in enumerate(argv):
        if word.startswith("--language="):
            return word.partition("=")[2]
        if word == "--language" and index + 1 < len(argv):
            return argv[index + 1]
    return None


class WordParser(argparse.ArgumentParser):
    """Options may stand among the words of a list: `remove-brick NAME --yes BRICK start`, which argparse refuses."""

    def __init__(self, **options: Any) -> None:
        """No abbreviations: `--y` is no consent."""
        super().__init__(**options, allow_abbrev=False)

    def parse_known_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def]
        """As usual; what is left over belongs to the list of words, if there is one, as does all behind a "--"."""
        lists = [a for a in self._actions if not a.option_strings and a.nargs in ("*", "+") and not a.choices]
        behind: list[str] = []
        if args is not None and "--" in args and lists and lists[-1].nargs == "*":
            args, behind = args[: args.index("--")], args[args.index("--") + 1 :]
        options, rest = super().parse_known_args(args, namespace)
        if behind or (rest and lists and not any(word.startswith("-") for word in rest)):
            setattr(options, lists[-1].dest, [*(getattr(options, lists[-1].dest) or ()), *rest, *behind])
            rest = []
        return options, rest


class JsonParser(WordParser):
    """Says a wrong word as JSON, as every other error of a command with --json."""

    def error(self, message: str) -> NoReturn:
        """Print the error object and end with status 2."""
        say_json({"error": message, "hint": self.format_usage().strip(), "details": ""})
        self.exit(2)


def build_parser(json: bool = False) -> argparse.ArgumentParser:
    """The parser. `options.command` is None for the window, else "status", "gluster", "audit" or "profile".

    `json`: wrong words are told as JSON too.
    """
    parser = (JsonParser if json else WordParser)(
        prog="nasclustergui",
        description=_("Runs a cluster of NAS machines. Without a command it opens the window."),
        epilog=_("Exit status: see docs/user/command-line.md."),
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    _global(parser, cluster="", language="")
    window = parser.add_argument_group(_("the window"))
    window.add_argument("--theme", choices=THEMES, default="", help=_("instead of the one in the settings"))
    window.add_argument("--smoke", action="store_true", help=_("open the window, read the cluster once, and end"))
    window.add_argument("--shot", metavar="FILE", default="", help=_("with --smoke: write a picture of the window"))
    commands = parser.add_subparsers(dest="command", title=_("commands"), metavar="COMMAND")
    status = commands.add_parser("status", help=_("the whole cluster in one reading"))
    _global(status)
    _json(status)
    _gluster(commands.add_parser("gluster", help=_("volumes and the pool: list, create, heal, snapshots, peers …")))
    etcd = commands.add_parser("etcd", help=_("keys, locks, members, users of etcd"))
    _subject(etcd, "etcd_features", etcd_words, _finish_etcd)
    node = commands.add_parser("node", help=_("machines: add, promote, drain, logs …"))
    _subject(node, "node_features", node_words, _finish)
    _audit(commands.add_parser("audit", help=_("the record of changes")))
    _profile(commands.add_parser("profile", help=_("cluster profiles on this workstation")))
    return parser


def _global(parser: argparse.ArgumentParser, **defaults: str) -> None:
    """Options that may stand before or after the command; only the top one has defaults, or it would be overruled."""
    parser.add_argument(
        "--cluster",
        metavar="PROFILE",
        default=defaults.get("cluster", argparse.SUPPRESS),
        help=_("the cluster: its name, or the file of its profile"),
    )
    parser.add_argument(
        "--language",
        choices=LANGUAGES,
        default=defaults.get("language", argparse.SUPPRESS),
        help=_("instead of the system's"),
    )


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help=_("answer as JSON"))


def _gluster(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    actions = kinds.add_parser("volume").add_subparsers(dest="action", required=True, metavar="ACTION")

    def add(name: str, text: str, *, change: bool = True, volume: bool = True) -> argparse.ArgumentParser:
        action = actions.add_parser(name, help=text)
        if volume:
            action.add_argument("name", metavar="NAME")
        _finish(action, change)
        return action

    add("list", _("all volumes"), change=False, volume=False)
    add("info", _("one volume with its bricks"), change=False)
    create = add("create", _("make a volume and start it"))
    create.add_argument(
        "words",
        nargs="+",
        metavar="WORD",
        help="[replica N [arbiter 1] | disperse N redundancy N] NODE:/PATH … [force]",
    )
    aside = _("rename what lies in the directories instead of refusing or reusing it")
    create.add_argument("--set-aside", action="store_true", help=aside)
    create.add_argument("--no-start", action="store_true", help=_("leave it stopped"))
    add("start", _("start a volume")).add_argument(
        "force", nargs="?", choices=["force"], help=_("also starts bricks that are down")
    )
    add("stop", _("stop a volume: clients lose access"))
    add("delete", _("delete a volume; the files stay on the bricks"))
    add_brick = add("add-brick", _("make a volume larger"))
    add_brick.add_argument("words", nargs="+", metavar="WORD", help="[replica N [arbiter 1]] NODE:/PATH … [force]")
    add_brick.add_argument("--set-aside", action="store_true", help=aside)
    add_brick.add_argument("--rebalance", action="store_true", help=_("then spread the files over all bricks"))
    rebalance = add("rebalance", _("spread the files over all bricks"), volume=False)
    rebalance.add_argument("words", nargs=2, metavar=("NAME", "start|status|stop|mend"))
    rebalance.add_argument("--watch", action="store_true", help=_("with status: until it has ended"))
    rebalance.add_argument("--wait", action="store_true", help=_("with mend: let the node end its part first"))
    rebalance.add_argument("--fix-layout", action="store_true", help=_("only let new files use the new bricks"))
    heal_words(add("heal", _("heal what waits for it; list it; say why it does not get on")))
    add_all(GlusterWords(kinds, actions, _finish))


def _subject(parser: argparse.ArgumentParser, package: str, add: Callable[[Words], None], finish: Finish) -> None:
    parsers = parser.add_subparsers(dest="kind", required=True, metavar="WORD")
    add(Words(parsers, package, finish))


def _finish_etcd(parser: argparse.ArgumentParser, change: bool) -> None:
    _finish(parser, change)
    group = parser.add_argument_group(_("another etcd user than the profile's"))
    group.add_argument("--as", dest="as_user", metavar="USER", default="", help=_("log in to etcd as this user"))
    text = _("whose password is the file's first line (- for the input), instead of asking")
    group.add_argument("--as-password-file", metavar="FILE", default="", help=text)


def _finish(parser: argparse.ArgumentParser, change: bool) -> None:
    _global(parser)
    _json(parser)
    if change:
        _change(parser)


def _change(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(_("how the change is carried out"))
    either = group.add_mutually_exclusive_group()
    either.add_argument("--dry-run", action="store_true", help=_("only show what would run"))
    either.add_argument("--script", action="store_true", help=_("print the change as a shell script"))
    either.add_argument("--yes", action="store_true", help=_("don't ask"))
    group.add_argument("--confirm", metavar="NAME", default="", help=_("the name that risky changes want typed"))
    wait = _("wait so long for another administrator's change instead of refusing at once")
    group.add_argument("--wait-lock", metavar="SECONDS", type=seconds, default=0.0, help=wait)


def seconds(text: str) -> float:
    """A number of seconds, 0 or more; argparse says its own sentence about anything else."""
    seconds = float(text)
    if not 0 <= seconds < math.inf:
        raise ValueError(text)
    return seconds


def _audit(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True, metavar="verify|show")
    verify = what.add_parser("verify", help=_("is every line as it was written?"))
    show = what.add_parser("show", help=_("the newest entries"))
    show.add_argument("-n", "--number", type=int, default=20, metavar="N")
    for action in (verify, show):
        action.add_argument("--file", default="", help=_("instead of this user's own"))
        _global(action)
        _json(action)


def _profile(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True, metavar="check|list|endpoint|role|node")
    check = what.add_parser("check", help=_("can the profile work?"))
    check.add_argument("file", metavar="FILE")
    endpoint = what.add_parser("endpoint", help=_("where this program asks etcd"))
    endpoint.add_argument("words", nargs=2, metavar=("add|remove", "URL"))
    role = what.add_parser("role", help=_("the role that the profile states for a node"))
    role.add_argument("words", nargs=2, metavar=("NODE", "manager|worker|edge"))
    node = what.add_parser("node", help=_("forget a node that is no part of the cluster any more"))
    node.add_argument("words", nargs=2, metavar=("remove", "NODE"))
    for action in (check, endpoint, role, node, what.add_parser("list", help=_("all profiles"))):
        _global(action)
        _json(action)
