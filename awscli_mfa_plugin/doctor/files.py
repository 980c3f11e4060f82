"""Checks the files: who may read and write them, whether they parse, what was left behind."""

from __future__ import annotations

import shlex
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
    Observations,
    ObservedFile,
    ObservedFolder,
    ObservedRead,
)
from awscli_mfa_plugin.files.alias_document import RUNS_US, TOPLEVEL, HidingAlias
from awscli_mfa_plugin.session.access_keys import STORED
from awscli_mfa_plugin.text import quoted_list, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator


_OTHERS, _OTHERS_WRITE = 0o077, 0o022
_SHOWN_FILES = 3


def check_files(machine: Observations) -> Iterator[Finding]:
    """Yield what is wrong with this user's files, and with the plugin's folder."""
    yield _readable("config", machine.config)
    yield _readable("credentials", machine.credentials)
    yield from _aliases(machine.aliases, machine.hiding)
    yield from _modes(machine)
    for folder in machine.folders:
        if folder.holds_plugin:
            yield from _folder(folder)
    for path in machine.leftovers:
        what = f"{sanitize(path)} is a temporary file of a process that was killed."
        remedy = "The next login removes it, or run doctor --fix."
        yield Finding("leftovers", NOTE, what, remedy, Fix(REMOVE_FILE, path))
    yield from _rotations(machine)


def _unreadable(check: str, file: ObservedRead, more: str = "") -> Finding:
    what = f"The AWS CLI can't read {sanitize(file.path)}: {file.unavailable_reason}."
    return Finding(check, ERROR, what, f"Correct that line: until then no aws command works.{more}")


def _readable(check: str, file: ObservedRead) -> Finding:
    if file.unavailable_reason:
        return _unreadable(check, file)
    count = f"has {_count(len(file.sections), 'section')}" if file.exists else "doesn't exist yet"
    return Finding(check, OK, f"{sanitize(file.path)} {count}.")


def _aliases(file: ObservedRead, hiding: tuple[HidingAlias, ...]) -> Iterator[Finding]:
    if file.unavailable_reason:
        yield _unreadable("alias", file, " There can be only one [toplevel].")
        return
    for alias in hiding:
        is_toplevel = alias.section == TOPLEVEL
        hidden = "aws mfa" if is_toplevel else f"aws mfa {sanitize(alias.name)} on v2"
        what = (
            f"Line {alias.line} of {sanitize(file.path)}: the alias '{sanitize(alias.name, 40)}' "
            f"in [{sanitize(alias.section, 40)}] hides {hidden}."
        )
        yield Finding("alias", ERROR if is_toplevel else WARNING, what, "Rename the alias.")
    if file.sections.get(TOPLEVEL, {}).get("mfa", "").endswith(RUNS_US):
        yield Finding(
            "alias",
            NOTE,
            "aws mfa runs by an alias: other aws commands don't renew sessions, and --profile "
            "counts only after '--'.",
            "Add a profile that does:  awscli-mfa configure --profile mfa --for-programs NAME",
        )
    elif not hiding:
        yield Finding("alias", OK, "No alias hides aws mfa.")


def _modes(machine: Observations) -> Iterator[Finding]:
    checked = [
        *(_too_wide(file, 0o600, "others can read its keys") for file in machine.secret_files),
        *(_too_wide(each, 0o700, "it is for you only") for each in machine.private_folders),
        *(
            _open(file, "file-modes", "it decides what aws runs") if file.why_open else None
            for file in machine.trusted_files
        ),
    ]
    found = [finding for finding in checked if finding]
    yield from found
    if not found:
        yield Finding("file-modes", OK, f"Files and folders closed to other users: {len(checked)}.")


def _too_wide(file: ObservedFile, mode: int, why: str) -> Finding | None:
    """Return a finding if anybody but the owner has any access to a file."""
    if file.owner != ANOTHERS and not file.mode & _OTHERS:
        return None
    state = ERROR if file.mode & _OTHERS_WRITE else WARNING
    what = f"has mode {file.mode:04o}: {why}"
    return _closed(file, "file-modes", state, what, file.mode & mode)


def _open(file: ObservedFile, check: str, why: str) -> Finding:
    """Return the finding on what others can write to."""
    return _closed(file, check, ERROR, f"{file.why_open}, and {why}", file.mode & ~_OTHERS_WRITE)


def _closed(file: ObservedFile, check: str, state: str, what: str, mode: int) -> Finding:
    """Return a finding that a mode would fix; or that the file is another user's."""
    path = sanitize(file.path)
    if file.owner == ANOTHERS:
        remedy = "Make it yours with chown, or use another place."
        return Finding(check, ERROR, f"{path} belongs to another user, who can change it.", remedy)
    fix = Fix(CHANGE_MODE, file.path, file.mode, mode) if file.owner == MINE else None
    remedy = f"Set its mode to {mode:04o}{', or run doctor --fix' if fix else ''}."
    return Finding(check, state, f"{path} {sanitize(what)}.", remedy, fix)


def _folder(folder: ObservedFolder) -> Iterator[Finding]:
    """Yield what is wrong with the folder whose code v2 runs with the keys."""
    check, install = "plugin-folder", "Restore them:  awscli-mfa install"
    if folder.open_place:
        yield _open(folder.open_place, check, "the plugin in it runs with your keys")
    if folder.open_files:
        few = quoted_list(file.path for file in folder.open_files[:_SHOWN_FILES])
        what = f"{_count(len(folder.open_files), 'file')} of the plugin that others can change"
        yield Finding(check, ERROR, f"{what}: {few}.", install)
    if folder.changed:
        few = quoted_list(folder.changed[:_SHOWN_FILES])
        what = f"{_count(len(folder.changed), 'file')} changed since the installation: {few}."
        remedy = f"If that wasn't you, somebody else did it. {install}"
        yield Finding(check, ERROR, f"{sanitize(folder.text)}: {what}", remedy)
    if not (folder.open_place or folder.open_files or folder.changed):
        hashes = "no list of hashes" if folder.changed is None else "unchanged"
        what = f"{sanitize(folder.text)}: only you can write there, {hashes}."
        yield Finding(check, OK, what)


def _rotations(machine: Observations) -> Iterator[Finding]:
    """Yield the rotations of access keys that aren't finished: their journals hold a key."""
    check = "key-rotation"
    if isinstance(machine.rotations, str):
        remedy = "It may hold an access key: don't delete it unread."
        yield Finding(check, WARNING, sanitize(machine.rotations), remedy)
        return
    for rotation in machine.rotations:
        name = sanitize(rotation.source_profile)
        command = f"aws mfa keys rotate --source-profile {shlex.quote(name)}"
        if rotation.stage == STORED:
            what = f"Profile {name} has a new access key. The old one isn't deleted yet."
            yield Finding(check, NOTE, what, f"When nothing uses it:  {command} --finish")
        else:
            what = f"The rotation of the key of profile {name} was interrupted."
            yield Finding(check, WARNING, what, f"Go on with it:  {command}")


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
