"""Looks at the machine for doctor: files, modes, CLIs, keyrings; nothing is changed or called."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from awscli_mfa_plugin.doctor.clis import seen_file, seen_open_place, with_clis
from awscli_mfa_plugin.doctor.environment import ObservedKeyring
from awscli_mfa_plugin.doctor.findings import (
    Observations,
    ObservedFile,
    ObservedRead,
)
from awscli_mfa_plugin.errors import (
    ConfigurationError,
    KeyringError,
    UnparsableFileError,
    UnwritableFileError,
)
from awscli_mfa_plugin.files import paths
from awscli_mfa_plugin.files.alias_document import AliasDocument, HidingAlias, hides_the_command
from awscli_mfa_plugin.files.atomic import is_leftover
from awscli_mfa_plugin.files.botocore_parser import check_encoding
from awscli_mfa_plugin.files.document import SharedDocument
from awscli_mfa_plugin.files.rotation_journal import RotationJournal
from awscli_mfa_plugin.files.shared_file import take_snapshot
from awscli_mfa_plugin.files.state import StateFolder
from awscli_mfa_plugin.system.keyring_program import KeyringProgram

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from awscli_mfa_plugin.session.access_keys import Rotation
    from awscli_mfa_plugin.session.records import Profile

_PROXIES = tuple(
    name
    for upper in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
    for name in (upper, upper.lower())
)
_IN_USE_SECONDS = 60
KEYRING_SECONDS = 15
"""In which a keyring must answer doctor: somebody may be asked to unlock it."""


def inspect(
    environment: Mapping[str, str],
    our_version: str,
    system: Sequence[str],
    running: str = "",
    *,
    subcommands: Collection[str],
) -> Observations:
    """Return observations of the machine; CLIs are started to find out whether ``aws mfa`` works.

    None is started if an alias would run in place of ``aws mfa``. ``our_version`` is this plugin's,
    ``system`` are the machine's usual folders, ``running`` is the program of the CLI that this is
    part of; an alias may hide one of the ``subcommands``.
    """
    home = paths.home_folder(environment)
    config_path = paths.config_path(environment)
    credentials_path = paths.credentials_path(environment)
    alias_path = paths.alias_path(home)
    config, credentials = _read(config_path), _read(credentials_path)
    aliases = _read(alias_path, is_alias=True)
    machine = Observations(
        config=config,
        credentials=credentials,
        aliases=aliases,
        hiding=_hiding(aliases, subcommands),
        secret_files=_present(_secret_files(config, credentials, home), home),
        trusted_files=tuple(_trusted((config_path, alias_path), home)),
        private_folders=_present([paths.state_path(home)], home),
        leftovers=tuple(_leftovers(home, config_path, credentials_path)),
        rotations=_rotations(paths.state_path(home)),
        proxies=tuple(name for name in _PROXIES if environment.get(name)),
        bundles=tuple(_bundles(environment, config)),
        environment=environment,
        our_version=our_version,
    )
    keyrings = tuple(seen_keyrings(machine.profiles().values(), environment))
    return with_clis(replace(machine, keyrings=keyrings), home, system, running)


def _read(path: str, *, is_alias: bool = False) -> ObservedRead:
    if not os.path.exists(path):
        return ObservedRead(path)
    try:
        content = take_snapshot(path).content or b""
        check_encoding(content, path)
        document = (AliasDocument if is_alias else SharedDocument).parse(content, path)
        return ObservedRead(path, exists=True, sections=document.sections())
    except UnparsableFileError as error:
        return ObservedRead(path, exists=True, unavailable_reason=error.problem)
    except UnwritableFileError as error:
        return ObservedRead(path, exists=True, unavailable_reason=error.reason)


def _rotations(folder: str) -> tuple[Rotation, ...] | str:
    """Return the rotations of access keys that aren't finished, or why they can't be read."""
    try:
        return RotationJournal(StateFolder(folder)).all()
    except ConfigurationError as error:
        return error.what


def _hiding(aliases: ObservedRead, subcommands: Collection[str]) -> tuple[HidingAlias, ...]:
    """Return the user's aliases that hide our commands."""
    if not aliases.sections:
        return ()
    try:
        content = take_snapshot(aliases.path).content or b""
        return hides_the_command(content, subcommands, aliases.path)
    except (UnparsableFileError, UnwritableFileError):
        return ()  # changed since it was read


def _secret_files(config: ObservedRead, credentials: ObservedRead, home: str) -> Iterator[str]:
    """Yield the files that hold keys: the credentials, our cached sessions, a config with keys."""
    yield credentials.path
    if any("aws_secret_access_key" in options for options in config.sections.values()):
        yield config.path
    folder = paths.cache_folder(home)
    for name in paths.names_in(folder):
        if name.startswith("awscli-mfa-plugin-"):
            yield os.path.join(folder, name)


def _trusted(files: tuple[str, ...], home: str) -> Iterator[ObservedFile]:
    """Yield the files that decide which code runs, and their folders."""
    aws_folder = paths.aws_folder(home)
    place = seen_open_place(aws_folder, home)
    if place and place.path != aws_folder:
        yield place
    folders = (paths.cli_folder(home), paths.cache_folder(home))
    yield from _present((aws_folder, *files, *folders), home)


def _present(candidates: Iterable[str], home: str) -> tuple[ObservedFile, ...]:
    return tuple(found for path in candidates if (found := seen_file(path, home)))


def _leftovers(home: str, *files: str) -> Iterator[str]:
    """Yield our temporary files that are no longer written: older than a minute."""
    folders = dict.fromkeys(
        (
            paths.aws_folder(home),
            *(os.path.dirname(os.path.realpath(file)) for file in files),
            paths.cli_folder(home),
            paths.cache_folder(home),
            paths.state_path(home),
        )
    )
    for folder in folders:
        for name in paths.names_in(folder):
            path = os.path.join(folder, name)
            if is_leftover(name) and _is_abandoned(path):
                yield path


def _is_abandoned(path: str) -> bool:
    try:
        status = os.lstat(path)
    except OSError:
        return False
    is_ours = sys.platform == "win32" or status.st_uid == os.geteuid()
    is_old = time.time() - status.st_mtime > _IN_USE_SECONDS
    return stat.S_ISREG(status.st_mode) and is_ours and is_old


def _bundles(
    environment: Mapping[str, str], config: ObservedRead
) -> Iterator[tuple[str, str, bool]]:
    found = {name: environment.get(name) for name in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE")}
    for section, options in config.sections.items():
        found[f"ca_bundle of [{section}]"] = options.get("ca_bundle")
    return ((where, path, os.access(path, os.R_OK)) for where, path in found.items() if path)


def seen_keyrings(
    profiles: Iterable[Profile], environment: Mapping[str, str], patience: float = KEYRING_SECONDS
) -> Iterator[ObservedKeyring]:
    """Yield what each line of a profile with a key in the keyring leads to."""
    names: dict[tuple[str, str], list[str]] = {}
    for profile in profiles:
        if profile.keyring_key_id:
            line = profile.get("credential_process")
            names.setdefault((line, profile.keyring_key_id), []).append(profile.name)
    for (line, key_id), users in names.items():
        yield _seen_keyring(line, key_id, tuple(users), environment, patience)


def _seen_keyring(
    line: str, key_id: str, users: tuple[str, ...], environment: Mapping[str, str], patience: float
) -> ObservedKeyring:
    program = line.split(maxsplit=1)[0]
    try:
        keyring = KeyringProgram(line, environment, patience)
        program = keyring.program
        if not shutil.which(program, path=environment.get("PATH")):
            return ObservedKeyring(users, program, has_program=False)
        keyring.check(key_id)
    except KeyringError as error:
        return ObservedKeyring(users, program, unavailable_reason=error.what, remedy=error.remedy)
    return ObservedKeyring(users, program)
