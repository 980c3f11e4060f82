"""The keyrings: Secret Service, macOS, Windows by the library ``keyring``, and ``pass``."""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from awscli_mfa_plugin.errors import ConfigurationError, KeyringError
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from awscli_mfa_plugin.system.subprocesses import Done

SERVICE = "awscli-mfa"
"""What our entries are called in a keyring."""

PATIENCE = 45
"""Seconds in which a keyring must answer: SDKs for Go end a credential process after 60."""

PASS = "pass"  # noqa: S105 - the program's name
_CLASSES = {
    "secret-service": ("keyring.backends.SecretService", "Keyring"),
    "macos": ("keyring.backends.macOS", "Keyring"),
    "windows": ("keyring.backends.Windows", "WinVaultKeyring"),
}
"""The library's own choice may be a file in clear: these classes are named, and no other."""

NAMES = (*_CLASSES, PASS)


class Backend(Protocol):
    """A keyring; every method raises KeyringError where it is locked or isn't there."""

    def get(self, key_id: str) -> str | None:
        """Return the text of an entry, or None if there is none."""

    def set(self, key_id: str, text: str) -> None:
        """Make or replace an entry."""

    def delete(self, key_id: str) -> None:
        """Remove an entry; one that is gone already is no error."""


def usual_backend() -> str:
    """Return the name of this system's keyring."""
    return {"darwin": "macos", "win32": "windows"}.get(sys.platform, "secret-service")


def backend_of(name: str, environment: Mapping[str, str]) -> Backend:
    """Return the keyring of this name; raise ConfigurationError if it can't be used."""
    if name == PASS:
        program = shutil.which(PASS, path=environment.get("PATH"))
        if not program:
            raise ConfigurationError("'pass' isn't on the PATH.", "Install it, or name another.")
        return _Pass(program, environment)
    if name not in _CLASSES:
        known = ", ".join(NAMES)
        raise ConfigurationError(f"No keyring '{sanitize(name, 40)}'.", f"Choose from: {known}.")
    module, class_name = _CLASSES[name]
    try:
        found = getattr(importlib.import_module(module), class_name)
    except ImportError:
        raise ConfigurationError(
            "The Python library 'keyring' isn't installed beside awscli-mfa.",
            "Install it:  pipx inject awscli-mfa-plugin keyring",
        ) from None
    with _errors(), _in_time():
        is_there = found.viable
    if not is_there:
        raise ConfigurationError(
            f"The keyring '{name}' isn't available here.", "Start it, or name another: --backend"
        )
    return _Library(found())


class _Library:
    """A keyring by a class of the library ``keyring``."""

    def __init__(self, keyring: Any) -> None:
        self._keyring = keyring

    def get(self, key_id: str) -> str | None:
        with _errors(), _in_time():
            text: str | None = self._keyring.get_password(SERVICE, key_id)
        return text

    def set(self, key_id: str, text: str) -> None:
        with _errors(), _in_time():
            self._keyring.set_password(SERVICE, key_id, text)

    def delete(self, key_id: str) -> None:
        if self.get(key_id) is not None:
            with _errors(), _in_time():
                self._keyring.delete_password(SERVICE, key_id)


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise _locked(f"it didn't answer within {PATIENCE} s") from None
    except Exception as error:  # noqa: BLE001 - each of its backends has errors of its own
        raise _locked(sanitize(error) or type(error).__name__) from None


def _locked(why: str) -> KeyringError:
    return KeyringError(f"The keyring can't be used: {why}.", "Unlock it, then try again.")


@contextmanager
def _in_time() -> Iterator[None]:
    """Raise TimeoutError if a keyring waits for somebody who isn't there."""
    can = hasattr(signal, "SIGALRM") and threading.current_thread() is threading.main_thread()
    if not can:
        yield
        return

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


class _Pass:
    """The password store of the command ``pass``; secrets go by stdin and stdout alone."""

    def __init__(self, program: str, environment: Mapping[str, str]) -> None:
        self._program = program
        self._environment = environment

    def get(self, key_id: str) -> str | None:
        if not os.path.exists(self._path(key_id)):
            return None
        return self._run(["show", f"{SERVICE}/{key_id}"]).text.strip()

    def set(self, key_id: str, text: str) -> None:
        words = ["insert", "--multiline", "--force", f"{SERVICE}/{key_id}"]
        self._run(words, f"{text}\n".encode())

    def delete(self, key_id: str) -> None:
        if os.path.exists(self._path(key_id)):
            self._run(["rm", "--force", f"{SERVICE}/{key_id}"])

    def _path(self, key_id: str) -> str:
        home = self._environment.get("HOME") or os.path.expanduser("~")
        store = self._environment.get("PASSWORD_STORE_DIR") or os.path.join(home, ".password-store")
        return os.path.join(store, SERVICE, f"{key_id}.gpg")

    def _run(self, words: Sequence[str], content: bytes = b"") -> Done:
        from awscli_mfa_plugin.system.subprocesses import run_to_end

        done = run_to_end([self._program, *words], self._environment, PATIENCE, content)
        if not done.succeeded:
            raise KeyringError(
                f"'pass' failed: {done.why}.", "Unlock your GPG key, then try again."
            )
        return done
