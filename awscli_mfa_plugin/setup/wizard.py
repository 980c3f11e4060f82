"""The questions of ``aws mfa configure``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import (
    CancelledError,
    CannotAskError,
    ConfigurationError,
    MfaError,
    PermissionDeniedError,
)
from awscli_mfa_plugin.session import devices
from awscli_mfa_plugin.session.expiry import DEFAULT
from awscli_mfa_plugin.session.records import SESSION_OPTION, SOURCE_OPTION, Profile
from awscli_mfa_plugin.session.sections import check_profile_name
from awscli_mfa_plugin.session.source import (
    check_session_profile,
    known_region,
    resolve_source,
    source_name,
    why_not_source,
)
from awscli_mfa_plugin.session.token_codes import agrees
from awscli_mfa_plugin.setup.plan import ProfileChange, change_of, lines_of
from awscli_mfa_plugin.setup.questions import ask_until_valid, choose
from awscli_mfa_plugin.setup.settings import COMMAND, SESSION_PROFILE, unfit
from awscli_mfa_plugin.text import device_name, quoted_list, sanitize, short_device

if TYPE_CHECKING:
    from awscli_mfa_plugin.session.ports import Ports
    from awscli_mfa_plugin.session.source import Source


def _device(profile: Profile, source: Source, region: str, ports: Ports) -> str:
    """Return the MFA serial: the user's only one, the chosen one, or the one that was typed.

    Raises ConfigurationError where the user has no device that gives codes.
    """
    known = profile.get("mfa_serial") or source.setting("mfa_serial", ports)
    try:
        found = devices.list_devices(source, region or devices.region_of(known), ports)
    except MfaError as error:
        is_denied = isinstance(error, PermissionDeniedError)
        why = "You aren't allowed to list your MFA devices." if is_denied else error.what
        ports.terminal.tell(f"{why}\n  {devices.WHERE_TO_FIND_THE_SERIAL}\n")
        return ask_until_valid("MFA serial", known, devices.checked_serial, ports.terminal)
    usable = [device.mfa_serial for device in found if device.is_usable]
    if not usable:
        raise devices.none_usable(source, found)
    if len(usable) == 1:
        ports.terminal.tell(f"MFA device: {short_device(usable[0])}\n")
        return usable[0]
    ports.terminal.tell("Your MFA devices:\n")
    default = usable.index(known) + 1 if known in usable else 1
    names = [device_name(serial, usable) for serial in usable]
    return usable[choose(names, default, ports.terminal) - 1]


_WELCOME = (
    "This sets up a profile for MFA sessions. Press Enter for the answer in [brackets],\n"
    "Ctrl-C to cancel.\n\n"
)
_UNITS = {"h": 3600, "m": 60, "s": 1}


def ask_setup(suggested: str, region: str | None, ports: Ports) -> ProfileChange:
    """Return the change of a session profile's settings that the answers make.

    ``suggested`` is the profile to offer, ``region`` is ``--region``. Raises CannotAskError
    without a terminal, CancelledError, ConfigurationError where no session is possible.
    """
    why = ports.terminal.unavailable_reason()
    if why:
        raise CannotAskError(
            f"aws mfa configure can't ask you anything: {why}.",
            "Use a manifest (aws mfa configure --from FILE), or just log in:  "
            "aws mfa login --profile mfa",
        )
    ports.terminal.tell(_WELCOME)
    profile = _profile(suggested, ports)
    source = _source(profile, ports)
    where = _known_region(region, profile, source, ports)
    serial = _device(profile, source, where, ports)
    has_source = source.profile not in {"", profile.name}
    wanted = {SOURCE_OPTION: source.profile} if has_source else {SESSION_OPTION: "on"}
    wanted["mfa_serial"] = serial
    answers = {
        "duration_seconds": _duration(profile, ports),
        **_token_source(profile, source, ports),
        "region": _region(where, ports),
    }
    removed = [option for option, value in answers.items() if not value]
    wanted |= {option: value for option, value in answers.items() if value}
    return change_of(profile, wanted, removed)


def confirm_setup(change: ProfileChange, path: str, ports: Ports) -> bool:
    """Show the change and ask for it; return whether there is anything to write.

    ``path`` is the config file's, as it is shown. Raises CancelledError for a no.
    """
    if not (change.settings or change.removed):
        ports.terminal.tell(f"\nNothing to change in profile {sanitize(change.profile)}.\n")
        return False
    ports.terminal.tell(f"\nChanges to {path}:\n\n" + "\n".join(lines_of(change)) + "\n\n")
    if not agrees(ports.terminal, "Save? [Y/n] ", enter=True):
        raise CancelledError("Nothing was changed.")
    return True


def _profile(suggested: str, ports: Ports) -> Profile:
    def read(name: str) -> Profile:
        check_profile_name(name)
        profile = ports.files.profile(name)
        check_session_profile(profile, ports.clock.now())
        return profile

    profile = ask_until_valid("Session profile", suggested, read, ports.terminal)
    if profile.has_own_keys:
        ports.terminal.tell(
            f"  {sanitize(profile.name)} has long-lived keys. They stay; only aws commands will "
            "use the session.\n"
        )
    return profile


def _source(profile: Profile, ports: Ports) -> Source:
    if profile.has_own_keys:
        return resolve_source(None, profile, ports)
    others = [name for name in ports.files.profile_names() if name != profile.name]
    names = [name for name in others if not why_not_source(ports.files.profile(name))]
    default = source_name(None, profile, ports.environment)
    if not default:
        ports.terminal.tell("  Leave this empty to use the keys in your environment.\n")
    elif not names:
        raise ConfigurationError(
            "No profile has long-lived keys.", "Store an access key first:  aws configure"
        )
    elif default not in names:
        default = names[0]
    if len(names) > 1:
        ports.terminal.tell(f"  Profiles with long-lived keys: {quoted_list(names)}\n")
    return ask_until_valid(
        "Profile with the long-lived keys",
        default,
        lambda name: resolve_source(name or None, profile, ports),
        ports.terminal,
        may_be_empty=not default,
    )


def _known_region(named: str | None, profile: Profile, source: Source, ports: Ports) -> str:
    """Return the region that is known, or "" if what is there can't be one."""
    try:
        return known_region(named, profile, source, ports)
    except ConfigurationError as problem:
        ports.terminal.tell(f"  {problem.what}\n")
        return ""


def _duration(profile: Profile, ports: Ports) -> str:
    """Return the seconds, or "" for the usual twelve hours."""
    now = profile.config.get("duration_seconds", "")
    default = now if not unfit(SESSION_PROFILE, "duration_seconds", now) else str(DEFAULT)

    def read(text: str) -> str:
        number, unit = (text[:-1], text[-1:]) if text[-1:] in _UNITS else (text, "s")
        is_number = number.isascii() and number.isdigit() and len(number) < len(str(10**9))
        seconds = str(int(number) * _UNITS[unit]) if is_number else text
        if unfit(SESSION_PROFILE, "duration_seconds", seconds):
            raise ConfigurationError("Enter 15m to 36h, such as 8h, 90m or a number of seconds.")
        return seconds

    question = "How long a session lasts (15m to 36h)"
    seconds = ask_until_valid(question, _as_length(default), read, ports.terminal)
    return "" if seconds == str(DEFAULT) and not now else seconds


def _as_length(seconds: str) -> str:
    number = int(seconds)
    unit = next(unit for unit, size in _UNITS.items() if number % size == 0)
    return f"{number // _UNITS[unit]}{unit}"


def _token_source(profile: Profile, source: Source, ports: Ports) -> dict[str, str]:
    """Return ``mfa_process`` and ``mfa_prompt``, "" where they shall not be set."""
    own, prompt = profile.config.get(COMMAND, ""), profile.config.get("mfa_prompt", "")
    inherited = source.setting(COMMAND, ports)
    if inherited and not own and source.profile != profile.name:
        ports.terminal.tell(
            f"MFA codes come from {COMMAND} of profile {sanitize(source.profile)}:\n"
            f"  {sanitize(inherited)}\n"
        )
        return {}
    is_hidden = prompt.lower() == "hidden"
    kinds = ("I type it", "I type it, hidden", f"from a command ({COMMAND})")
    default = 3 if own else 2 if is_hidden else 1
    ports.terminal.tell("Where do MFA codes come from?\n")
    kind = choose(kinds, default, ports.terminal)
    if kind == 1:
        return {COMMAND: "", "mfa_prompt": ""}
    if kind == 2:  # noqa: PLR2004 - the second answer above
        return {COMMAND: "", "mfa_prompt": "hidden"}
    read = partial(_fitting, COMMAND)
    return {COMMAND: ask_until_valid("Command that prints the code", own, read, ports.terminal)}


def _region(known: str, ports: Ports) -> str:
    default = known or "none"

    def read(text: str) -> str:
        return known if text == default else _fitting("region", text)

    return ask_until_valid("Region", default, read, ports.terminal)


def _fitting(setting: str, text: str) -> str:
    why = unfit(SESSION_PROFILE, setting, text)
    if why:
        raise ConfigurationError(f"{sanitize(why)}.")
    return text
