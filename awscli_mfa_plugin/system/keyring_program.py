"""Keys in the keyring, by the ``awscli-mfa`` that a profile's ``credential_process`` names.

The library for keyrings is where that program is installed, never in a frozen ``aws``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import KeyringError
from awscli_mfa_plugin.session.access_keys import KeyPair
from awscli_mfa_plugin.system.subprocesses import run_to_end, split_command
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping

PATIENCE = 60
"""Seconds for one start: the program gives a locked keyring 45."""

_LINE_END = 4
"""How many words follow 'awscli-mfa keyring': get --backend NAME KEY_ID."""


class KeyringProgram:
    """The keyring that a ``credential_process`` line uses; every method raises KeyringError.

    A secret goes by stdin and stdout alone.
    """

    def __init__(
        self, line: str, environment: Mapping[str, str], patience: float = PATIENCE
    ) -> None:
        try:
            words = split_command(line)
        except ValueError:
            raise KeyringError(
                "The line credential_process has a quote without its end.", "Correct that line."
            ) from None
        self._start = words[:-_LINE_END]
        self._backend = ["--backend", words[-2]]
        self._environment, self._patience = environment, patience

    @property
    def program(self) -> str:
        """The program that the line starts."""
        return self._start[-2]

    def check(self, key_id: str) -> None:
        """Raise KeyringError unless the keyring is open and has the key."""
        self._run("check", key_id)

    def get(self, key_id: str) -> KeyPair:
        """Return a key with its secret."""
        printed = self._run("get", key_id)
        try:
            secret = json.loads(printed)["SecretAccessKey"]
        except (ValueError, KeyError, TypeError):
            raise KeyringError(f"The keyring has no usable entry for {sanitize(key_id)}.") from None
        return KeyPair(key_id, str(secret))

    def put(self, pair: KeyPair, in_place_of: str) -> None:
        """Keep a key beside the one that it is to replace; it is read back there."""
        words = ("put", "--in-place-of", in_place_of, pair.access_key_id)
        self._run(*words, content=f"{pair.secret_access_key}\n".encode())

    def delete(self, key_id: str) -> None:
        """Remove a key; one that is gone already is no error."""
        self._run("delete", key_id)

    def _run(self, action: str, *words: str, content: bytes = b"") -> str:
        command = [*self._start, action, *self._backend, *words]
        done = run_to_end(command, self._environment, self._patience, content)
        if done.succeeded:
            return done.text
        program = sanitize(self.program)
        if done.returncode is None:
            raise KeyringError(
                f"{program} failed: {done.why}.",
                "Run it yourself to check:  awscli-mfa keyring list",
            )
        lines = done.stderr.decode("utf-8", "replace").splitlines()
        what = sanitize(lines[0].removeprefix("awscli-mfa: ")) if lines else f"{program} failed."
        raise KeyringError(what, sanitize(" ".join(lines[1:])))
