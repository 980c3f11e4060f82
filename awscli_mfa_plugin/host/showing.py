"""Shows a command's result on stdout: through the CLI's formatter, as text, or as it is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from awscli_mfa_plugin.commands.result import Result


def show(
    result: Result, name: str, session: Any, parsed_globals: Any, *, asks_for_data: bool
) -> None:
    """Show the result of the command ``name``, as data if that is asked for and there is any."""
    if result.data is not None and asks_for_data:
        kind = parsed_globals.output or _configured_output(session)
        sys.stdout.flush()
        from awscli.formatter import get_formatter

        get_formatter(kind, parsed_globals)(f"mfa-{name}", result.data, sys.stdout)
    elif result.exact:
        _write_exactly(result.exact)
    else:
        _write(result.text)


def _configured_output(session: Any) -> str:
    try:
        return str(session.get_config_variable("output") or "json")
    except Exception:
        return "json"


def _write_exactly(text: str) -> None:
    """Write text as UTF-8, whatever the locale says; a value must arrive whole."""
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
