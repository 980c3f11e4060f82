"""The plugin's own folder, and what it remembers there: used token codes, CLIs that work."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import UnwritableFileError
from awscli_mfa_plugin.files.atomic import make_private_folder, replace_own_file, unwritable
from awscli_mfa_plugin.files.paths import state_path
from awscli_mfa_plugin.session.token_codes import STEP_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

KEPT_SECONDS = 120
"""A code has expired at most three steps after its first use (RFC 6238, section 5.2)."""

# A digest of six digits can be guessed, whatever the hash. It only has to take longer than the
# code is of any use: about 2 ms a guess are half an hour for all of them, against 120 seconds.
_ROUNDS = 4_000


def digest_name(text: str) -> str:
    """Return a file name for any text: serials and paths hold slashes and worse."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class StateFolder:
    """``~/.aws/cli/awscli-mfa``: the one folder in which the plugin keeps things, 0700."""

    def __init__(self, path: str = "") -> None:
        """Keep the absolute path, by default the usual one; nothing is made before it is needed."""
        self.path = path or state_path()

    def file(self, name: str) -> str:
        """Return the path of a file in the folder; ``name`` is one that we made."""
        return os.path.join(self.path, name)

    def write(self, name: str, content: bytes, *, durable: bool = True) -> None:
        """Write a file of 0600; the caller holds its lock.

        Raises UnwritableFileError; what was written before stays then.
        """
        self.make()
        replace_own_file(self.file(name), content, durable=durable)

    def keep(self, name: str, content: bytes) -> None:
        """Write a file that may get lost: an error is ignored, and the disk isn't waited for."""
        with suppress(UnwritableFileError):
            self.write(name, content, durable=False)

    def make(self) -> None:
        """Make the folder if it is missing, and close it to others.

        Raises UnwritableFileError if it can't be made, or isn't a folder of this user's own.
        """
        make_private_folder(self.path)
        try:
            status = os.lstat(self.path)
            # Root works on a user's behalf under sudo.
            is_ours = sys.platform == "win32" or os.geteuid() in {0, status.st_uid}
            if not stat.S_ISDIR(status.st_mode) or not is_ours:
                raise UnwritableFileError(
                    self.path,
                    "isn't a folder that belongs to you",
                    "Remove it, or take ownership with chown.",
                )
            if sys.platform != "win32" and status.st_mode & 0o077:
                os.chmod(self.path, 0o700)
        except OSError as error:
            raise unwritable(self.path, error) from error


class UsedCodes:
    """The last token code that was used of each device, as a digest, for 120 seconds."""

    def __init__(self, folder: StateFolder, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._now = now

    def is_used(self, serial: str, token_code: str) -> bool:
        """Return whether the code was the last one used of that device, within 120 s."""
        path = self._folder.file(_file_of(serial))
        try:
            with open(path, encoding="ascii") as file:
                record = json.load(file)
            step, salt, digest = int(record["step"]), str(record["salt"]), str(record["digest"])
        except FileNotFoundError:
            return False
        except (OSError, ValueError, KeyError, TypeError):
            # A memory that can't be read is none: AWS refuses a used code anyway.
            step, salt, digest = 0, "", ""
        age = self._now().timestamp() - step * STEP_SECONDS
        if not -STEP_SECONDS < age < KEPT_SECONDS:
            with suppress(OSError):
                os.unlink(path)
            return False
        return digest == _digest(serial, token_code, salt)

    def remember(self, serial: str, token_code: str) -> None:
        """Remember a code that may be used; to be called by the holder of the device's lock.

        A record that can't be written is no error: it only saves a refusal by AWS.
        """
        salt = os.urandom(16).hex()
        step = int(self._now().timestamp() // STEP_SECONDS)
        record = {"step": step, "salt": salt, "digest": _digest(serial, token_code, salt)}
        self._folder.keep(_file_of(serial), json.dumps(record).encode("ascii"))


def _file_of(serial: str) -> str:
    return f"used-{digest_name(serial)}.json"


def _digest(serial: str, token_code: str, salt: str) -> str:
    secret = token_code.encode("utf-8", "surrogatepass")
    salted = f"{salt} {serial}".encode("utf-8", "surrogatepass")
    return hashlib.pbkdf2_hmac("sha256", secret, salted, _ROUNDS).hex()


class CheckedClis:
    """``clis.json``: in which version of each ``aws`` doctor last found the sessions in use."""

    _NAME = "clis.json"

    def __init__(self, folder: StateFolder) -> None:
        self._folder = folder

    def versions(self) -> dict[str, str]:
        """Return the version by path; empty if nothing was remembered."""
        try:
            with open(self._folder.file(self._NAME), encoding="ascii") as file:
                return {str(path): str(version) for path, version in json.load(file).items()}
        except (OSError, ValueError, AttributeError, RecursionError):
            return {}

    def remember(self, versions: Mapping[str, str]) -> None:
        """Write the versions where ``aws mfa`` was used; if that fails, doctor looks again."""
        if versions != self.versions() and os.path.isdir(self._folder.path):
            self._folder.keep(self._NAME, json.dumps(versions).encode("ascii"))
