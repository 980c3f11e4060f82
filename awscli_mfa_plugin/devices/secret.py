"""Gives a new device's secret to the user: on the terminal, or to a program's stdin alone."""

from __future__ import annotations

import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from awscli_mfa_plugin.devices.picture import SMALLEST, picture
from awscli_mfa_plugin.devices.private_screen import can_draw, check_can_wipe, screen_size, shown
from awscli_mfa_plugin.errors import CannotAskError, ConfigurationError
from awscli_mfa_plugin.system.subprocesses import run_to_end, split_command
from awscli_mfa_plugin.text import sanitize, short_device

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from awscli_mfa_plugin.aws.iam import NewDevice
    from awscli_mfa_plugin.session.ports import CountingTerminal

BORDER = 2
"""Modules of white around a QR code. The standard wants four; cameras read two, and it fits."""

SECONDS = 120
"""Some programs wait for a touch, or for a password store to be unlocked."""

_LONGEST_NAME = 40
"""Characters of a device's name that are shown beside its code; it may have 226."""


def check_screen(environment: Mapping[str, str]) -> None:
    """Raise ConfigurationError where a secret can't be shown, or not be wiped again."""
    check_can_wipe(environment)
    with suppress(CannotAskError):  # another error says that there is no terminal
        columns, rows = screen_size()
        if columns < SMALLEST[0] or rows < SMALLEST[1]:
            raise ConfigurationError(
                f"This terminal is too small to show a secret: {columns} columns, {rows} rows.",
                f"Make it at least {SMALLEST[0]} by {SMALLEST[1]}, or use --seed-command PROGRAM.",
            )


@contextmanager
def secret_on_screen(
    device: NewDevice, account: str, *, is_text: bool
) -> Iterator[CountingTerminal]:
    """Show the secret, as a QR code unless ``is_text``; yield the terminal to ask on meanwhile."""
    size = screen_size()
    code = None if is_text or not can_draw() or not can_make() else qr_code
    drawn = picture(device.mfa_serial, account, device.seed, size, code)
    with shown(drawn, size[1]) as terminal:
        if drawn.is_code:
            terminal.tell("Scan this with your authenticator app.")
        name = sanitize(short_device(device.mfa_serial), _LONGEST_NAME)
        terminal.tell(f"Then enter two codes of {name}, one after the other.")
        yield terminal


def can_make() -> bool:
    """Tell whether segno is there: an older installation may lack it."""
    try:
        import segno  # noqa: F401 - whether it can be
    except ImportError:
        return False
    return True


def qr_code(text: str) -> list[list[int]]:
    """Return a QR code's rows of modules, 1 for dark, with its border."""
    import segno

    code = segno.make_qr(text, error="l")
    return [[int(bool(module)) for module in row] for row in code.matrix_iter(border=BORDER)]


def check_program(command: str, environment: Mapping[str, str]) -> None:
    """Raise ConfigurationError if the command has no program that can be run."""
    word = _words(command)[0]
    if not shutil.which(word, path=environment.get("PATH")):
        raise ConfigurationError(
            f"--seed-command: there is no program '{sanitize(word)}'.",
            "Install it, or name it by its full path. Nothing was changed.",
        )


def give_seed(command: str, text: str, environment: Mapping[str, str]) -> None:
    """Run a command with the secret as its one line of stdin; raise ConfigurationError.

    It is split into words as botocore splits ``credential_process``, without a shell. What it
    prints is shown nowhere, since it may repeat the secret.
    """
    words = _words(command)
    done = run_to_end(words, environment, SECONDS, f"{text}\n".encode("ascii"))
    if done.succeeded:
        return
    why = f"ended with exit code {done.returncode}"
    if done.returncode is None:
        why = "can't be run" if not done.timed_out else f"didn't finish within {SECONDS} s"
    raise ConfigurationError(
        f"--seed-command ({sanitize(words[0])}) {why}.",
        "Try it by hand: it must read the secret from stdin and exit with 0.",
    )


def _words(command: str) -> list[str]:
    try:
        words = split_command(command)
    except ValueError as error:
        raise ConfigurationError(
            f"--seed-command can't be split into words: {sanitize(error)}.", "Check its quotes."
        ) from None
    if not words:
        raise ConfigurationError("--seed-command is empty.", "Name a program.")
    return words
