"""Checks by calls: STS in the region, the clock against its Date, the serial against the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.doctor.findings import ERROR, NOTE, OK, WARNING, Finding
from awscli_mfa_plugin.errors import (
    ConfigurationError,
    MfaError,
    PermissionDeniedError,
    WrongKeyError,
)
from awscli_mfa_plugin.session.devices import FIDO_REASON, checked_serial, list_devices, region_of
from awscli_mfa_plugin.session.records import SOURCE_OPTION, Keys, Profile
from awscli_mfa_plugin.session.source import Source, known_region
from awscli_mfa_plugin.text import length_of_time, quoted_list, sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from awscli_mfa_plugin.doctor.profiles import Profiles
    from awscli_mfa_plugin.session.ports import Ports
    from awscli_mfa_plugin.session.records import MfaDevice

ACCEPTED_SECONDS, NOTICED_SECONDS = 900, 30
"""What AWS accepts of a clock that is off (SigV4), and one step of a token code (RFC 6238)."""

_MINUTES_COUNT = 120
"""Seconds from which only minutes are told: the Date is cut, and a call takes its time."""

_Known = dict[tuple[str, str], "tuple[MfaDevice, ...]"]
"""The devices that were listed, by source profile and region."""


def check_aws(
    profiles: Profiles,
    only: str | None,
    region: str | None,
    date_in: Callable[[str, str], datetime | None],
    ports: Ports,
) -> Iterator[Finding]:
    """Yield what calls find out.

    ``date_in`` asks STS for its Date, in a region and with the network settings of a profile
    ("": with none).
    ``only`` is the profile that was named, ``region`` is ``--region``. What AWS needs keys for is
    asked with the long-lived keys in the source profile; where they come from a command, not.
    """
    chosen = [p for p in profiles.values() if p.is_managed and only in {None, p.name}]
    first = next(iter(chosen), profiles.get(only or "default") or Profile("default"))
    source = _source(first, profiles) or Source(first.name if first.exists else "", Keys("", ""))
    before = ports.clock.now()
    try:
        where = known_region(region, first, source, ports) or region_of(first.get("mfa_serial"))
        date = date_in(where, source.profile)
    except MfaError as error:
        yield Finding("sts", ERROR, error.what, error.remedy)
        return
    after = ports.clock.now()
    yield Finding("sts", OK, f"STS answers in {sanitize(where, 40)}.")
    yield _clock(date, before, after)
    known: _Known = {}
    for profile in chosen:
        yield from _serial(profile, profiles, region, ports, known)


def _clock(date: datetime | None, before: datetime, after: datetime) -> Finding:
    """Hold the Date of an answer, in whole seconds, against the times around the call."""
    if date is None:
        return Finding(
            "clock", NOTE, "The answer has no Date to compare this machine's clock with."
        )
    behind = (date - after).total_seconds()
    ahead = (before - date).total_seconds() - 1
    off = max(behind, ahead, 0)
    where = "behind" if behind > ahead else "ahead of"
    if off < NOTICED_SECONDS:
        return Finding("clock", OK, f"Less than {NOTICED_SECONDS} s from AWS's.")
    state = ERROR if off >= ACCEPTED_SECONDS else WARNING
    about = off if off < _MINUTES_COUNT else round(off / 60) * 60
    return Finding(
        "clock",
        state,
        f"This machine's clock is {length_of_time(about)} {where} AWS's; AWS accepts 15 min, token "
        f"codes made here {NOTICED_SECONDS} s.",
        "Set the clock, or turn its synchronisation on.",
    )


def _source(profile: Profile, profiles: Profiles) -> Source | None:
    """Return the source if its long-lived keys are in the files."""
    source = (
        profile if profile.has_own_keys else profiles.get(profile.config.get(SOURCE_OPTION, ""))
    )
    if source is None or not source.has_own_keys:
        return None
    key_id = source.long_lived_key_id
    sections = (source.credentials, source.config)
    section = next(has for has in sections if has.get("aws_access_key_id") == key_id)
    secret = section.get("aws_secret_access_key", "")
    return Source(source.name, Keys(key_id, secret, "", source.name))


def _serial(
    profile: Profile, profiles: Profiles, region: str | None, ports: Ports, known: _Known
) -> Iterator[Finding]:
    source = _source(profile, profiles)
    if source is None:
        return
    serial = profile.get("mfa_serial") or profiles[source.profile].get("mfa_serial")
    name = sanitize(profile.name)
    if not _may_be_one(serial):
        return  # told without a call
    try:
        where = known_region(region, profile, source, ports) or region_of(serial)
        devices = known.get((source.profile, where)) or list_devices(source, where, ports)
        known[source.profile, where] = devices
    except PermissionDeniedError:
        yield Finding(
            "mfa-serial",
            NOTE,
            f"Profile {name}: this user may not list its MFA devices, so the serial isn't checked.",
        )
    except MfaError as error:
        state = ERROR if isinstance(error, WrongKeyError) else WARNING
        yield Finding("mfa-serial", state, f"Profile {name}: {error.what}", error.remedy)
    else:
        yield _of_devices(name, serial, devices)


def _may_be_one(serial: str) -> bool:
    try:
        return not serial or bool(checked_serial(serial))
    except ConfigurationError:
        return False


def _of_devices(name: str, serial: str, devices: tuple[MfaDevice, ...]) -> Finding:
    usable = [device.mfa_serial for device in devices if device.is_usable]
    theirs = f"Name one of this user's by mfa_serial: {quoted_list(usable)}."
    if not usable:
        what = "FIDO devices only" if devices else "no MFA device"
        remedy = f"{FIDO_REASON}." if devices else "Register one in the console of IAM."
        return Finding("mfa-serial", ERROR, f"Profile {name}: its user has {what}.", remedy)
    if not serial:
        state = OK if len(usable) == 1 else NOTE
        return Finding(
            "mfa-serial", state, f"Profile {name} names none; its user has {len(usable)}."
        )
    if serial in usable:
        return Finding("mfa-serial", OK, f"Profile {name}: {sanitize(serial)} is its user's.")
    return Finding(
        "mfa-serial",
        ERROR,
        f"Profile {name}: {sanitize(serial)} isn't a device of its user.",
        theirs,
    )
