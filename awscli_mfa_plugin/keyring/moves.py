"""Moves a profile's long-lived keys into the keyring and back; killed anywhere, one copy works.

The key is in the keyring before the line is in the config file, and the line is there before the
key leaves the file; a key in a file overrides the line. On the way back it is the other way round.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.keyring.entries import (
    CONFIG,
    CREDENTIALS,
    Entry,
    backend_in,
    entry_from,
    entry_in,
    may_be_stored,
    users_of,
)
from awscli_mfa_plugin.keyring.removed import KEY, PROCESS, Removed, removed_from, with_lines_again
from awscli_mfa_plugin.session import keyring_key_id
from awscli_mfa_plugin.session.access_keys import KeyPair
from awscli_mfa_plugin.session.records import Profile, is_long_lived
from awscli_mfa_plugin.session.sections import config_section, credentials_section
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from awscli_mfa_plugin.files.shared_file import SharedFile
    from awscli_mfa_plugin.keyring.backends import Backend
    from awscli_mfa_plugin.keyring.removed_file import RemovedFile
    from awscli_mfa_plugin.session.ports import SharedFiles


@dataclass(frozen=True)
class Machine:
    """The shared files, read as profiles and written as documents.

    ``why_not`` says why the CLIs of this machine don't get a key by a line, "" if they do.
    ``removals`` has what ``store`` took out of the files, by profile, without the keys.
    """

    files: SharedFiles
    config: SharedFile
    credentials: SharedFile
    why_not: Callable[[str, str], str]
    removals: RemovedFile

    def profiles(self) -> list[Profile]:
        """Return all profiles."""
        return [self.files.profile(name) for name in self.files.profile_names()]


def store(name: str, keyring: Backend, line_for: Callable[[str], str], machine: Machine) -> str:
    """Move a profile's key into the keyring; return its ID.

    ``line_for`` returns the ``credential_process`` that gets a key. Raises ConfigurationError, the
    key still in its file.
    """
    entry = _entry_of(machine.files.profile(name))
    _check_own_lines(name, machine)
    key_id, line = entry.pair.access_key_id, line_for(entry.pair.access_key_id)
    if keyring_key_id(line) != key_id:
        # Without that, the profile would lose its MFA session.
        raise ConfigurationError(
            "The path of awscli-mfa can't be put into the config file.", "Install it elsewhere."
        )
    machine.config.check_writable()
    machine.credentials.check_writable()
    entry = _with_safer_file(entry, keyring.get(key_id))
    keyring.set(key_id, entry.as_text())
    if keyring.get(key_id) != entry.as_text():
        raise ConfigurationError(
            "The keyring didn't keep the key.", "Nothing was changed. Name another one: --backend."
        )
    if why := machine.why_not(line, key_id):
        raise ConfigurationError(
            f"The AWS CLI can't get the key from the keyring: {why}.",
            "The key is still in its file. Fix that, then try again.",
        )
    _put_line_in_place(name, entry.pair, line, machine)
    return key_id


def _put_line_in_place(name: str, pair: KeyPair, line: str, machine: Machine) -> None:
    had_section = False

    def with_line(document: Any) -> Any:
        nonlocal had_section
        section = _section(document, name)
        had_section = document.has_section(section)
        return document.with_options(section, {PROCESS: line})

    def without_key(document: Any, section: str) -> Any:
        if _pair_in(document.options(section)) != pair:
            return document
        machine.removals.save(name, removed_from(document, section, had_section=had_section))
        return document.without_options(section, KEY)

    machine.config.update(with_line)
    machine.credentials.update(lambda document: without_key(document, credentials_section(name)))
    machine.config.update(lambda document: without_key(document, _section(document, name)))


def _with_safer_file(entry: Entry, known: str | None) -> Entry:
    """Return an entry for both profiles of a key: the config file may be open to others."""
    try:
        file = entry_from(known or "", entry.pair.access_key_id).file
    except ValueError:
        return entry
    return replace(entry, file=CREDENTIALS) if file == CREDENTIALS else entry


def _entry_of(profile: Profile) -> Entry:
    name = sanitize(profile.name)
    if profile.keyring_key_id:
        raise ConfigurationError(
            f"The key of profile {name} is in the keyring already.",
            f"Move it back:  awscli-mfa keyring restore --profile {shlex.quote(name)}",
        )
    section = profile.key_section
    if not is_long_lived(section) or not section.get("aws_secret_access_key"):
        raise ConfigurationError(
            f"Profile {name} has no long-lived keys in its files.",
            "Name the profile that has them:  --profile",
        )
    if profile.config.get(KEY[0]) and profile.credentials.get(KEY[0]):
        raise ConfigurationError(
            f"Profile {name} has an access key in both files, and one would stay.",
            "Remove the one in ~/.aws/config first.",
        )
    if profile.other_way:
        raise ConfigurationError(
            f"Profile {name} also has {profile.other_way}.", "Remove that setting first."
        )
    pair = _pair_in(section)
    if not may_be_stored(pair.access_key_id) or not pair.secret_access_key.isprintable():
        raise ConfigurationError(
            f"{sanitize(pair.access_key_id, 40)} isn't an access key of AWS.",
            "Only keys whose ID starts with AKIA can be stored.",
        )
    return Entry(pair, CREDENTIALS if section is profile.credentials else CONFIG)


def _check_own_lines(name: str, machine: Machine) -> None:
    """Raise ConfigurationError for a key in ``[DEFAULT]``: it would stay, for every profile."""
    config, credentials = machine.config.read(), machine.credentials.read()
    sections = (config, _section(config, name)), (credentials, credentials_section(name))
    for document, section in sections:
        own = {line.option for line in document.lines if line.section == section}
        if any(document.options(section).get(option) and option not in own for option in KEY):
            raise ConfigurationError(
                f"Profile {sanitize(name)} has its access key from the section [DEFAULT].",
                f"Move the key to the profile's own section first: [{sanitize(section)}]",
            )


def restore(name: str, keyring_of: Callable[[str], Backend], machine: Machine) -> str:
    """Move a profile's key back into its file; return its ID.

    ``keyring_of`` returns the keyring of a name. Raises ConfigurationError; the line is kept.
    """
    line = machine.files.profile(name).get(PROCESS)
    key_id = keyring_key_id(line)
    if not key_id:
        raise ConfigurationError(
            f"The key of profile {sanitize(name)} isn't in the keyring.",
            "List those that are:  awscli-mfa keyring list",
        )
    keyring = keyring_of(backend_in(line))
    entry = entry_in(keyring, key_id)
    removed = machine.removals.load(name)
    _put_key_in_place(name, entry, removed, machine)
    had_section = removed is not None and removed.had_section
    machine.config.update(
        lambda document: _without_line(document, name, line, keep_section=had_section)
    )
    machine.removals.remove(name)
    if not users_of(key_id, machine.profiles()):
        keyring.delete(key_id)
    return key_id


def _put_key_in_place(name: str, entry: Entry, removed: Removed | None, machine: Machine) -> None:
    """Write a key into its file, where it was if what is around it hasn't changed."""
    in_config = entry.file == CONFIG
    file = machine.config if in_config else machine.credentials
    file.check_writable()
    machine.config.check_writable()

    def with_key(document: Any) -> Any:
        section = _section(document, name) if in_config else credentials_section(name)
        if document.options(section).get(KEY[0]):
            return document
        exact = with_lines_again(document, section, removed, entry.pair) if removed else None
        options = zip(KEY, (entry.pair.access_key_id, entry.pair.secret_access_key), strict=True)
        return exact or document.with_options(section, dict(options))

    file.update(with_key)
    if _pair_in(machine.files.profile(name).key_section) != entry.pair:
        raise ConfigurationError(
            f"Profile {sanitize(name)} has another access key in its file.",
            "Nothing was changed. Remove that one first, or the line credential_process.",
        )


def others_in_clear(name: str, key_id: str, machine: Machine) -> tuple[str, ...]:
    """Return the names of the other profiles that have the key in a file."""
    return tuple(
        each.name
        for each in machine.profiles()
        if each.name != name and key_id in {each.config.get(KEY[0]), each.credentials.get(KEY[0])}
    )


def _pair_in(section: Mapping[str, str]) -> KeyPair:
    return KeyPair(*(section.get(option, "") for option in KEY))


def _section(document: Any, name: str) -> str:
    return config_section(name, document.section_names())


def _without_line(document: Any, name: str, line: str, *, keep_section: bool) -> Any:
    section = _section(document, name)
    if document.options(section).get(PROCESS) != line:
        return document
    document = document.without_options(section, (PROCESS,))
    return document if keep_section else document.without_section_if_empty(section)
