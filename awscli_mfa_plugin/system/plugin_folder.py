"""The folder that holds the plugin's code: whole versions, compiled, and which one is current."""

from __future__ import annotations

import hashlib
import json
import locale
import os
import shutil
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.files.atomic import make_private_folder, patiently, replace_file, unwritable
from awscli_mfa_plugin.files.paths import home_folder, names_in
from awscli_mfa_plugin.system.subprocesses import run_to_end
from awscli_mfa_plugin.system.trust import who_else_can_write

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAME = "awscli-mfa-plugin"
MANIFEST = "manifest.json"
RECORD = "installed.json"
_CURRENT = "current"
_VERSIONS = "versions"


def data_folder(environment: Mapping[str, str]) -> str:
    """Return the folder of the plugin in the data home (XDG Base Directory)."""
    named = environment.get("XDG_DATA_HOME", "")
    if not os.path.isabs(named):  # the specification says to ignore a relative path
        named = os.path.join(home_folder(environment), ".local", "share")
    return os.path.join(os.path.abspath(named), NAME)


class PluginFolder:
    """The folder ``base``: ``versions/…``, ``current``, and the installer's record.

    ``current`` is a link to a version. Windows lets only administrators make links, so there it
    is a file with the version's name, and config and ``.pth`` files name the version's folder.
    """

    def __init__(self, base: str, home: str, *, has_links: bool = os.name != "nt") -> None:
        """Keep the absolute paths; nothing is made until something is stored."""
        self.base = base
        self._home = home
        self._has_links = has_links
        self._current = os.path.join(base, _CURRENT)
        self.versions = os.path.join(base, _VERSIONS)
        self.record = os.path.join(base, RECORD)

    def check_trusted(self) -> None:
        """Raise ConfigurationError if others could change what runs with the user's keys."""
        why = who_else_can_write(self.base, self._home)
        if why:
            raise ConfigurationError(
                f"Not safe to install, since the plugin runs with your keys: {why}.",
                "Nothing was changed. Fix it with chmod go-w, or set XDG_DATA_HOME to a folder "
                "that only you can change.",
            )

    def current(self) -> str:
        """Return the name of the current version, "" if there is none."""
        try:
            if self._has_links:
                return os.path.basename(os.readlink(self._current))
            with open(self._current, encoding="ascii") as file:
                return file.read().strip()
        except (OSError, ValueError):
            return ""

    def loaded_from(self, name: str) -> str:
        """Return the folder that config and ``.pth`` files name to load a version."""
        return self._current if self._has_links else self.path_of(name)

    def path_file(self, name: str) -> bytes:
        """Return the content of a ``.pth`` file that loads a version.

        Python reads it in the encoding of the system (``site``, Python 3.10 to 3.14). Raises
        ConfigurationError for a path that this encoding doesn't have.
        """
        try:
            return f"{self.loaded_from(name)}\n".encode(self._encoding)
        except UnicodeEncodeError:
            raise ConfigurationError(
                f"Python can't read {self.base} from a file: the system's encoding "
                f"({self._encoding}) doesn't have its characters.",
                "Nothing was changed. Set XDG_DATA_HOME to a folder with a plainer name.",
            ) from None

    def is_path_file(self, content: bytes | None) -> bool:
        """Return whether a ``.pth`` file's content is ours."""
        text = (content or b"").decode(self._encoding, "replace").strip()
        return bool(text) and text in {self._current, self.path_of(os.path.basename(text))}

    @property
    def _encoding(self) -> str:
        return "utf-8" if self._has_links else locale.getpreferredencoding(do_setlocale=False)

    def parts(self) -> list[str]:
        """Return what exists of ours in the folder: versions, link, record, locks."""
        others = (
            os.path.join(self.base, name)
            for name in names_in(self.base)
            if name.endswith((".lock", ".holder")) or name == f"{_CURRENT}.new"
        )
        own = (self.versions, self._current, self.record, *others)
        return [path for path in own if os.path.lexists(path)]

    def path_of(self, name: str) -> str:
        """Return the folder of a version."""
        return os.path.join(self.versions, name)

    def name_for(self, version: str, files: Mapping[str, bytes]) -> tuple[str, bool]:
        """Return the version's name for these files, and whether it is stored and intact."""
        digest = hashlib.sha256(manifest(version, files)).hexdigest()[:12]
        for number in range(1, 1000):
            name = f"{version}-{digest}" + (f"-{number}" if number > 1 else "")
            folder = self.path_of(name)
            if not os.path.lexists(folder):
                return name, False
            if manifest_of(folder) and not differing_files(folder):
                return name, True
        raise ConfigurationError(
            f"{self.versions} has too many broken versions.", "Remove the folder."
        )

    def store(self, name: str, version: str, files: Mapping[str, bytes]) -> None:
        """Write a version, whole or not at all; raise UnwritableFileError."""
        final = self.path_of(name)
        scratch = f"{final}.new"
        try:
            make_private_folder(self.versions)
            for folder in (self.base, self.versions):
                if sys.platform != "win32":
                    os.chmod(folder, 0o700)
            shutil.rmtree(scratch, ignore_errors=True)
            for path, content in {**files, MANIFEST: manifest(version, files)}.items():
                _write(os.path.join(scratch, *path.split("/")), content)
            patiently(lambda: os.rename(scratch, final))
        except OSError as error:
            raise unwritable(final, error) from error
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def switch(self, name: str) -> None:
        """Make another version the current one, atomically; without a name, none."""
        scratch = f"{self._current}.new"
        try:
            with suppress(FileNotFoundError):
                os.unlink(scratch)
            if name and not self._has_links:
                replace_file(self._current, f"{name}\n".encode("ascii"))
            elif name:
                os.symlink(os.path.join(_VERSIONS, name), scratch, target_is_directory=True)
                os.replace(scratch, self._current)
            else:
                with suppress(FileNotFoundError):
                    os.unlink(self._current)
        except OSError as error:
            raise unwritable(self._current, error) from error

    def remove_versions(self, *kept: str, named_in: Iterable[bytes | None] = ()) -> None:
        """Remove all versions but those ``kept``, and those that a content of ``named_in`` names.

        Without links another config file may still load an older version.
        """
        contents = [content for content in named_in if content]
        with suppress(FileNotFoundError):
            for name in os.listdir(self.versions):
                is_named = any(name.encode() in content for content in contents)
                if name not in kept and not is_named:
                    shutil.rmtree(self.path_of(name), ignore_errors=True)


def manifest_of(folder: str) -> dict[str, str]:
    """Return the SHA-256 of each file of a version by its manifest, if it has one."""
    try:
        with open(os.path.join(folder, MANIFEST), encoding="utf-8") as file:
            content = json.load(file)
        return {str(name): str(digest) for name, digest in content["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def differing_files(folder: str) -> list[str]:
    """Return the files that differ from a version's manifest, byte code apart."""
    expected = manifest_of(folder)
    seen = {}
    for path, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            whole = os.path.join(path, name)
            seen[os.path.relpath(whole, folder).replace(os.sep, "/")] = _digest(whole)
    seen.pop(MANIFEST, None)
    return sorted(name for name, _ in seen.items() ^ expected.items())


def manifest(version: str, files: Mapping[str, bytes]) -> bytes:
    """Return the manifest of these files, by their path (with ``/``)."""
    digests = {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}
    content = {"version": version, "files": digests}
    return (json.dumps(content, indent=1) + "\n").encode()


def _digest(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return ""


def _write(path: str, content: bytes) -> None:
    make_private_folder(os.path.dirname(path))
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


_TIME_LIMIT = 60
_NOT_FOR_IT = ("PYTHONPATH", "PYTHONHOME", "PYTHONPYCACHEPREFIX")


def compile_folder(python: str, folder: str) -> None:
    """Compile a folder's code; without that ``aws`` only starts more slowly.

    AWS's frozen build has no interpreter to call. It compiles when it runs ``aws mfa``.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_IT}
    if not environment.get("PYTHONDONTWRITEBYTECODE"):
        run_to_end([python, "-I", "-m", "compileall", "-q", folder], environment, _TIME_LIMIT)
