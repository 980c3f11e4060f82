"""Which MFA profiles are made of the setups of other tools: names of their own, checked values."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import chain, count
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from awscli_mfa_plugin.session.expiry import DEFAULT
from awscli_mfa_plugin.session.records import SOURCE_OPTION, Profile
from awscli_mfa_plugin.session.sections import check_profile_name, other_session
from awscli_mfa_plugin.session.source import DEFAULT_SESSION_PROFILE
from awscli_mfa_plugin.setup.found import Setup, Skipped
from awscli_mfa_plugin.setup.plan import ProfileChange, change_of, why_not_merged
from awscli_mfa_plugin.setup.settings import (
    COMMAND,
    KEYS_COMMAND,
    SESSION_PROFILE,
    secret_in,
    unfit,
)
from awscli_mfa_plugin.text import quoted_list, sanitize, short_device

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime


@dataclass(frozen=True)
class Command:
    """A command of another tool that a login would run.

    ``is_needed`` says that the profile isn't imported without it.
    """

    option: str
    text: str
    is_needed: bool


@dataclass(frozen=True)
class Import:
    """The MFA profile that is made of a setup; without changes it is there already.

    ``left`` says what of the setup can't be taken over.
    """

    setup: Setup
    profile: str
    changes: tuple[ProfileChange, ...] = ()
    commands: tuple[Command, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def serial(self) -> str:
        """The setup's device, "" if that can't be an MFA device."""
        serial = self.setup.serial
        return "" if unfit(SESSION_PROFILE, "mfa_serial", serial) else serial


def imports_of(
    setups: Iterable[Setup],
    profiles: Mapping[str, Profile],
    named: str | None,
    now: datetime,
    source: str | None = None,
) -> tuple[tuple[Import, ...], tuple[Skipped, ...]]:
    """Return what becomes of each setup, and the setups that can't be taken over.

    ``named`` is ``--profile``, ``source`` is ``--source-profile``: the setups of other profiles
    aren't imported then, but their names stay theirs. Raises UsageError if ``named`` can't be for
    one setup alone, and ConfigurationError if that profile can't become an MFA profile.
    """
    setups = tuple(setups)
    imports: list[Import] = []
    skipped: list[Skipped] = []
    wanted = [each for each in setups if source in {None, each.source, each.base}]
    # By its source; of two the first one.
    present = {
        each.config.get(SOURCE_OPTION): each.name
        for each in reversed([*profiles.values()])
        if each.is_managed
    }
    missing = [setup for setup in wanted if setup.source not in present]
    if named and missing:
        _check_named(named, missing, setups, profiles, now)
    # A tool may make its session profile later.
    taken = {name for setup in setups for name in (setup.session, setup.base, setup.source)}
    for setup in wanted:
        if setup.source in present:
            imports.append(Import(setup, present[setup.source]))
        elif why := _why_not(setup, profiles):
            skipped.append(Skipped(setup.base, setup.tool, why))
        else:
            name = named or _free_name(setup, taken, profiles)
            taken.add(name)
            imports.append(_import(setup, name, profiles))
    return tuple(imports), tuple(skipped)


def _check_named(
    named: str,
    missing: list[Setup],
    setups: Iterable[Setup],
    profiles: Mapping[str, Profile],
    now: datetime,
) -> None:
    """Raise ConfigurationError if ``--profile`` is another tool's section, or unfit."""
    name = sanitize(named)
    if len(missing) > 1:
        raise UsageError(
            f"--profile {name} names one new profile, but {len(missing)} setups were "
            f"found: {quoted_list(setup.source for setup in missing)}.",
            "Choose one with --source-profile.",
        )
    check_profile_name(named)
    another = "Nothing was changed. Choose another name with --profile."
    profile = profiles.get(named, Profile(named))
    other = other_session(profile)
    theirs = [
        setup.tool
        for setup in setups
        if (named == setup.source and setup.is_new_source)
        or (named != setup.source and named in {setup.session, setup.base})
    ]
    if theirs:
        why = f"belongs to {theirs[0]}"
    elif profile.is_managed:
        raise ConfigurationError(f"Profile {name} is an MFA profile already.", another)
    elif profile.has_long_lived_keys:
        why = "has long-lived keys"
    elif other:
        why = f"has a session from {other.tool}"
    else:
        why = why_not_merged(profile, SESSION_PROFILE, now)
    if why:
        what = f"Profile {name} {why}, so it can't be the new MFA profile."
        raise ConfigurationError(what, another)


def _why_not(setup: Setup, profiles: Mapping[str, Profile]) -> str:
    """Say why a setup can't be taken over, or ""."""
    try:
        check_profile_name(setup.source)
    except ConfigurationError as error:
        return f"its name can't be used: {error.clause.partition(': ')[2]}"
    inherited = _inherited_command(setup, profiles)
    for option, text in ((KEYS_COMMAND, setup.keys_command), (COMMAND, inherited)):
        if text and _unfit_command(text):
            return f"its {option} {_unfit_command(text)}"
    # An import that was stopped may have made the source profile.
    same = Profile(setup.source, {KEYS_COMMAND: setup.keys_command})
    if setup.is_new_source and profiles.get(setup.source, same) != same:
        return f"profile {sanitize(setup.source)} exists already, and has other settings"
    return ""


def _unfit_command(text: str) -> str:
    """Say why a command can't be shown and taken over, or ""."""
    secret = secret_in(text, is_command=True)
    if secret:
        return f"seems to contain {secret[0]}"
    if any(unicodedata.category(character)[0] == "C" for character in text):
        return "contains a control character or an invisible one"
    return "is too long or has unbalanced quotes" if unfit(SESSION_PROFILE, COMMAND, text) else ""


def _inherited_command(setup: Setup, profiles: Mapping[str, Profile]) -> str:
    """Return the command for codes that a login takes from the source profile, or ""."""
    return profiles[setup.source].get(COMMAND) if setup.source in profiles else ""


def _free_name(setup: Setup, taken: set[str], profiles: Mapping[str, Profile]) -> str:
    """Return a name for the new profile: of its own, never one of the tool's."""
    first = DEFAULT_SESSION_PROFILE if setup.base == "default" else f"{setup.base}-mfa"
    names = chain((first,), (f"{setup.base}-mfa-{number}" for number in count(2)))
    return next(name for name in names if name not in taken and name not in profiles)


def _import(setup: Setup, name: str, profiles: Mapping[str, Profile]) -> Import:
    inherited = _inherited_command(setup, profiles)
    values = {
        "mfa_serial": setup.serial,
        "duration_seconds": "" if setup.duration == str(DEFAULT) else setup.duration,
        COMMAND: setup.token_command,
        "region": setup.region,
    }
    settings, left = {SOURCE_OPTION: setup.source}, list(setup.left)
    present = profiles.get(name, Profile(name))
    for option, value in values.items():
        why = _unfit_command(value) if option == COMMAND else unfit(SESSION_PROFILE, option, value)
        if present.config.get(option):
            continue  # of a profile that --profile names; an import replaces nothing
        if value and why:
            left.append(sanitize(why if why.startswith(option) else f"{option}: {why}"))
        elif value:
            settings[option] = value
    changes = [change_of(present, settings)]
    commands = []
    if setup.keys_command:
        commands.append(Command(KEYS_COMMAND, setup.keys_command, is_needed=True))
    if COMMAND in settings:
        commands.append(Command(COMMAND, settings[COMMAND], is_needed=bool(inherited)))
    if setup.is_new_source:
        source = profiles.get(setup.source, Profile(setup.source))
        changes.insert(0, change_of(source, {KEYS_COMMAND: setup.keys_command}))
    return Import(setup, name, tuple(changes), tuple(commands), tuple(left))


def found_text(made: Import) -> str:
    """Say in a line what was found, and what becomes of it."""
    setup = made.setup
    where = f"in {sanitize(setup.source)}"
    if setup.is_new_source:
        where = f"of {sanitize(setup.base)} in its keyring"
    parts = [f"long-lived keys {where}"]
    parts += [f"sessions in {sanitize(setup.session)}"] if setup.session else []
    parts += [f"device {short_device(made.serial)}"] if made.serial else []
    then = "New MFA profile" if made.changes else "Already set up"
    return f"Found {setup.tool}: {', '.join(parts)}. {then}: {sanitize(made.profile)}."
