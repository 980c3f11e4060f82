"""Runs a command: no garbage collected, and whatever it raises as one message and exit code."""

from __future__ import annotations

import contextlib
import gc
import logging
import re
import sys
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import CancelledError, MfaError, UsageError
from awscli_mfa_plugin.system.machine import give_up_stdout, say_error
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOG = logging.getLogger("awscli.mfa")


def run_reporting(run: Callable[[], int], color: str | None = None) -> int:
    """Return the exit code of ``run``; its errors are printed on stderr, never as a traceback.

    ``color`` is the CLI's ``--color``.
    """
    try:
        return run()
    except KeyboardInterrupt:
        return _report(CancelledError("Cancelled."), color)
    except Exception as error:
        LOG.debug("aws mfa ended with %s", type(error).__name__, exc_info=True)
        if isinstance(error, OSError):
            give_up_stdout()
        if isinstance(error, BrokenPipeError):
            return MfaError.exit_code
        return _report(_as_ours(error), color)


def _as_ours(error: Exception) -> MfaError:
    if isinstance(error, MfaError):
        return error
    if isinstance(error, OSError):  # all writes but that of the result report their own errors
        return MfaError(f"Can't write the result: {error.strerror or sanitize(error)}.")
    if isinstance(error, ImportError):
        return MfaError(
            f"Can't load a part of aws mfa: {sanitize(error)}.",
            "Install the plugin again, with its dependencies, where this aws loads it from.",
        )
    return MfaError(
        f"Unexpected error in aws mfa: {type(error).__name__}.",
        "Please report it with the output of --debug (secrets are masked).",
    )


def run_parsing(run: Callable[[], int], command: str, color: str | None = None) -> int:
    """Return the exit code of ``run``, in which the CLI's own parsers run before our command.

    Wrong usage gets 252 on every CLI: v1 exits with 2 or 255 by itself. ``command`` is the one
    whose help the remedy names, ``color`` is the CLI's ``--color``.
    """
    try:
        return run()
    except SystemExit as done:  # argparse has reported it
        if done.code != 2:  # noqa: PLR2004 - argparse's exit status for wrong usage
            raise
        return UsageError.exit_code
    except Exception as error:
        LOG.debug("aws mfa was called wrongly", exc_info=True)
        is_known = isinstance(error, UsageError | ImportError)
        wrong = UsageError(_worded(error), f"For help:  {command} help")
        return _report(_as_ours(error) if is_known else wrong, color)


def _worded(problem: Exception) -> str:
    text = str(problem).split("\n\n")[0]
    number = text.partition("invalid literal for int() with base 10: ")[2]
    if number:
        return f"{sanitize(number)} isn't a whole number."
    return usage_text(text)


def usage_text(text: str) -> str:
    """Return what a parser says of wrong usage; a code in it is masked, and its option named."""
    masked = without_codes(text)
    if masked == text:
        return sanitize(text)
    return f"{sanitize(masked)}. Use --token-code for the MFA code."


def without_codes(text: str) -> str:
    """Return a text with what may be an MFA code masked: the user may have left its option out."""
    return re.sub("(?<![0-9])[0-9]{3}[ -]?[0-9]{3}(?![0-9])", "******", text)


def _report(error: MfaError, color: str | None) -> int:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stdout.flush()
    say_error("aws mfa", error, color)
    return error.exit_code


@contextlib.contextmanager
def no_garbage_collected() -> Iterator[None]:
    """Turn the collector off inside, and leave what is there uncollected at exit.

    Reading botocore's data makes so many objects that looking through them took 7 % of a login,
    and once more at the end of the process about 15 %: what is frozen isn't looked through.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
