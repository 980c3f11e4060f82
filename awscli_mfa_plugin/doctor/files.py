"""Checks the files: who may read and write them, whether they parse, what was left over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.doctor.findings import (
    ANOTHERS,
    CHANGE_MODE,
    ERROR,
    MINE,
    NOTE,
    OK,
    REMOVE_FILE,
    WARNING,
    Finding,
    Fix,
)
from awscli_mfa_plugin.files.alias_document import TOPLEVEL
from awscli_mfa_plugin.text import quoted_list, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from awscli_mfa_plugin.doctor.findings import (
        Observations,
        ObservedFile,
        ObservedFolder,
        ObservedRead,
    )
    from awscli_mfa_plugin.files.alias_document import HidingAlias

_OTHERS, _OTHERS_WRITE = 0o077, 0o022
_SHOWN_FILES = 3


def check_files(machine: Observations) -> Iterator[Finding]:
    """Yield what is found on the files of this user, and on the plugin's folder."""
    yield from _readable("config", machine.config)
    yield from _readable("credentials", machine.credentials)
    yield from _aliases(machine.aliases, machine.hiding)
    yield from _modes(machine)
    for folder in machine.folders:
        if folder.holds_plugin:
            yield from _folder(folder)
    yield from _leftovers(machine.leftovers)


def _readable(name: str, file: ObservedRead) -> Iterator[Finding]:
    if file.unavailable_reason:
        yield Finding(
            name,
            ERROR,
            f"The AWS CLI can't read {sanitize(file.path)}: {file.unavailable_reason}.",
            "Correct that line: until then no aws command works.",
        )
    elif file.exists:
        yield Finding(name, OK, f"{sanitize(file.path)}: {_count(len(file.sections), 'section')}.")
    else:
        yield Finding(name, OK, f"{sanitize(file.path)} isn't there.")


def _aliases(file: ObservedRead, hiding: tuple[HidingAlias, ...]) -> Iterator[Finding]:
    if file.unavailable_reason:
        yield Finding(
            "alias",
            ERROR,
            f"The AWS CLI can't read {sanitize(file.path)}: {file.unavailable_reason}.",
            "Correct that line: until then no aws command works. [toplevel] may stand once only.",
        )
        return
    for alias in hiding:
        is_ours_whole = alias.section == TOPLEVEL
        hidden = "aws mfa" if is_ours_whole else f"aws mfa {sanitize(alias.name)} on v2"
        yield Finding(
            "alias",
            ERROR if is_ours_whole else WARNING,
            f"Line {alias.line} of {sanitize(file.path)}, the alias «{sanitize(alias.name, 40)}» "
            "in "
            f"[{sanitize(alias.section, 40)}], hides {hidden}.",
            "Give that alias another name.",
        )
    if not hiding:
        yield Finding("alias", OK, "No alias hides aws mfa.")


def _modes(machine: Observations) -> Iterator[Finding]:
    wide = [
        *(_too_wide(file, 0o600, "others may read its keys") for file in machine.secret_files),
        *(
            _too_wide(folder, 0o700, "it is for this user only")
            for folder in machine.private_folders
        ),
        *(_writable_by_others(file) for file in machine.trusted_files),
    ]
    found = [finding for finding in wide if finding]
    yield from found
    if not found:
        count = len(wide)
        yield Finding(
            "file-modes", OK, f"{_count(count, 'file')} and folders, closed as they should be."
        )


def _too_wide(file: ObservedFile, mode: int, why: str) -> Finding | None:
    """Return a finding if anybody but the owner may do anything with a file."""
    if file.owner == ANOTHERS:
        return _foreign(file)
    if not file.mode & _OTHERS:
        return None
    closed = file.mode & mode
    return Finding(
        "file-modes",
        ERROR if file.mode & _OTHERS_WRITE else WARNING,
        f"{sanitize(file.path)} has mode {file.mode:04o}: {why}.",
        f"chmod {closed:04o}, or «doctor --fix».",
        Fix(CHANGE_MODE, file.path, file.mode, closed) if file.owner == MINE else None,
    )


def _writable_by_others(file: ObservedFile) -> Finding | None:
    """Return a finding if anybody else may write to what runs code, or names what does."""
    if not file.why_open:
        return None
    return _open(file, "file-modes", "it decides what aws runs")


def _open(file: ObservedFile, name: str, why: str) -> Finding:
    """Return the finding on what others can write to."""
    if file.owner == ANOTHERS:
        return _foreign(file, name)
    mode = file.mode & ~_OTHERS_WRITE
    return Finding(
        name,
        ERROR,
        f"{sanitize(file.path)} {sanitize(file.why_open)}, and {why}.",
        f"chmod {mode:04o}, or «doctor --fix».",
        Fix(CHANGE_MODE, file.path, file.mode, mode) if file.owner == MINE else None,
    )


def _foreign(file: ObservedFile, name: str = "file-modes") -> Finding:
    return Finding(
        name,
        ERROR,
        f"{sanitize(file.path)} belongs to another user, who may change it.",
        "Give it to yourself with chown, or use another place.",
    )


def _folder(folder: ObservedFolder) -> Iterator[Finding]:
    """Yield what is wrong with the folder whose code v2 runs with the keys."""
    name = "plugin-folder"
    found = []
    if folder.open_place:
        found.append(_open(folder.open_place, name, "the plugin in it runs with your keys"))
    if folder.open_files:
        found.append(_loose(folder.open_files))
    if folder.changed:
        few = quoted_list(folder.changed[:_SHOWN_FILES])
        count = _count(len(folder.changed), "file")
        found.append(
            Finding(
                name,
                ERROR,
                f"{sanitize(folder.text)}: {count} not as installed: {few}.",
                "If you didn't change them, somebody did. «awscli-mfa install» puts them right.",
            )
        )
    yield from found
    if not found:
        hashes = "no manifest of hashes" if folder.changed is None else "as installed"
        yield Finding(name, OK, f"{sanitize(folder.text)}: writable by you alone, {hashes}.")


def _loose(files: tuple[ObservedFile, ...]) -> Finding:
    few = quoted_list(file.path for file in files[:_SHOWN_FILES])
    return Finding(
        "plugin-folder",
        ERROR,
        f"{_count(len(files), 'file')} of the plugin that others may change: {few}.",
        "«awscli-mfa install» puts them right.",
    )


def _leftovers(paths: Iterable[str]) -> Iterator[Finding]:
    for path in paths:
        yield Finding(
            "leftovers",
            NOTE,
            f"{sanitize(path)}: a temporary file of ours, left by a process that was killed.",
            "The next login removes it, or «doctor --fix».",
            Fix(REMOVE_FILE, path),
        )


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
