"""What the subcommands share: the world they get, and the two forms of a result."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from awscli.customizations.commands import BasicCommand

from awscli_mfa_plugin.commands.running import run_reporting
from awscli_mfa_plugin.core.targets import DEFAULT_SESSION_PROFILE
from awscli_mfa_plugin.core.text import shown
from awscli_mfa_plugin.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from awscli_mfa_plugin.commands.world import World


MIN_REMAINING: dict[str, Any] = {
    "name": "min-remaining",
    "cli_type_name": "integer",
    "help_text": "Make a new session unless at least this many seconds are left.",
}
"""The option of whatever may make a session: login, export, exec."""


class MfaSubcommand(BasicCommand):  # type: ignore[misc]
    """A subcommand of ``aws mfa``."""

    def __init__(self, session: Any, world: World) -> None:
        """Keep the CLI's session and what the host gives."""
        super().__init__(session)
        self.world = world

    def run(self, parsed_args: Any, parsed_globals: Any) -> int:
        """Do the work; return the exit code."""
        raise NotImplementedError

    def _run_main(self, parsed_args: Any, parsed_globals: Any) -> int:
        return run_reporting(lambda: self.run(parsed_args, parsed_globals))

    @property
    def session_profile(self) -> str:
        """The session profile: the one that the CLI's session names, else ``mfa``."""
        return self.world.session_profile or DEFAULT_SESSION_PROFILE

    def show(self, parsed_globals: Any, data: dict[str, Any], text: str) -> None:
        """Write a result to stdout: ``data`` through the CLI's formatter if that was asked for.

        A configured ``output`` alone doesn't ask for it: people get the text.
        """
        if parsed_globals.output is None and parsed_globals.query is None:
            _write(text)
            return
        kind = parsed_globals.output or self._configured_output()
        sys.stdout.flush()
        from awscli.formatter import get_formatter

        get_formatter(kind, parsed_globals)(f"mfa-{self.name}", data, sys.stdout)

    def _configured_output(self) -> str:
        try:
            return str(self._session.get_config_variable("output") or "json")
        except Exception:  # noqa: BLE001 - ProfileNotFound: the session profile isn't there yet
            return "json"


def write_exactly(text: str) -> None:
    """Write text to stdout as UTF-8, whatever the locale says; a value must arrive whole."""
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
    else:
        buffer.write(text.encode())
    sys.stdout.flush()


def _write(text: str) -> None:
    if not text:
        return
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    sys.stdout.write(f"{text.encode(encoding, 'replace').decode(encoding)}\n")
    sys.stdout.flush()


def one_of(option: str, value: str | None, choices: Sequence[str]) -> str | None:
    """Return an option's value if it is one of ``choices``; raise UsageError that names them.

    argparse would say it in its own way, and on v1 print the usage of the whole CLI.
    """
    if value is None or value in choices:
        return value
    raise UsageError(f"{option} takes no '{shown(value, 40)}'.", f"It takes: {', '.join(choices)}.")


def whole_number(option: str, value: str | int | None) -> int | None:
    """Return an option's value as an integer; raise UsageError that names the option."""
    if value is None:
        return None
    text = str(value)
    if not (text.isascii() and text.lstrip("-").isdigit()):
        raise UsageError(f"{option} takes a whole number of seconds.")
    return int(text)
