"""
The shape of every command of the house: ``madoguchi NAME [--json]``.

Invariants (``tests/kernel/test_declarations_commands.py``):

1. With ``--json``, stdout holds one JSON document and nothing else; messages go to stderr.
2. Exit 0: done. Exit 1: refused, the reason on stderr. Exit 2: the command was called wrongly.
3. Help shows what the command itself takes, not the options of the framework.

A command returns its answer as plain data from ``work`` and says it in sentences from ``words``::

    class Command(HouseCommand):
        help = "宣言を公開します。"

        def arguments(self, parser):
            parser.add_argument("keys", nargs="*")

        def work(self, *, now, **options):
            if not options["keys"]:
                raise CalledWrongly("キーを一つ以上書いてください。")
            return {"published": options["keys"]}

        def words(self, answer):
            yield from answer["published"]
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext_lazy as _

from madoguchi.kernel import clock
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.rights import NotAllowed, Viewer, system_viewer

FRAMEWORK_OPTIONS = frozenset(
    {
        "--version", "--verbosity", "--settings", "--pythonpath", "--traceback", "--no-color",
        "--force-color", "--skip-checks",
    }
)  # fmt: skip


class CommandRefused(Refused):
    """The command looked and says no; ``answer`` is what ``--json`` prints all the same."""

    def __init__(self, message: Any, *, answer: Any = None) -> None:
        super().__init__(message)
        self.answer = answer


class CalledWrongly(CommandError):
    """The arguments make no sense together; exit 2."""

    def __init__(self, message: str) -> None:
        super().__init__(message, returncode=2)


class HouseCommand(BaseCommand):
    """Base of the house's commands; subclasses fill in ``arguments``, ``work`` and ``words``."""

    requires_system_checks = []
    suppressed_base_arguments = set(FRAMEWORK_OPTIONS)
    takes_json = True

    def arguments(self, parser: CommandParser) -> None:
        """Add the command's own arguments."""

    def work(self, *, now: datetime, **options: Any) -> Any:
        """
        Do it, and give the answer as plain data (what ``--json`` prints).

        :raises Refused: the command ends with 1 and the reason on stderr.
        :raises CalledWrongly: the command ends with 2.
        """
        raise NotImplementedError

    def words(self, answer: Any) -> Iterable[str]:  # noqa: ARG002
        """Say the answer in lines for people; nothing by default."""
        return ()

    def say(self, text: object) -> None:
        """Tell something on the way: to stderr, so that stdout stays the answer alone."""
        self.stderr.write(str(text), lambda line: line)

    @staticmethod
    def actor(*, now: datetime, duty: str) -> Viewer:
        """Who a command acts as: the house itself, for a named duty."""
        return system_viewer(on=clock.day_of(now), duty=duty)

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        # The framework prints the path of whatever started it; the house has one program.
        parser.prog = f"madoguchi {subcommand}"
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        assert isinstance(parser, CommandParser)
        if self.takes_json:
            parser.add_argument("--json", action="store_true", help=str(_("答えを JSON だけで出します")))
        self.arguments(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        as_json = bool(options.pop("json", False))
        try:
            self._print(self.work(now=clock.now(), **options), as_json=as_json)
        except CommandRefused as refused:
            if refused.answer is not None:
                self._print(refused.answer, as_json=as_json)
            self._end(str(refused.message), 1, refused)
        except Refused as refused:
            self._end(str(refused.message), 1, refused)
        except NotAllowed as refused:
            self._end(str(_("この操作は許されていません。")), 1, refused)
        except CalledWrongly as wrong:
            self._end(str(wrong), 2, wrong)

    def _print(self, answer: Any, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2, default=str))
            return
        for line in self.words(answer):
            self.stdout.write(line)

    def _end(self, message: str, code: int, cause: Exception) -> None:
        # Called by another program, a command raises; only the command line ends a process.
        if not getattr(self, "_called_from_command_line", False):
            raise CommandError(message, returncode=code) from cause
        self.stdout.flush()
        self.say(message)
        sys.exit(code)
