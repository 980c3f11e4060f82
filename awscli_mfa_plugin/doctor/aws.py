"""Checks that call AWS: STS in the region, the clock, and the MFA device of each profile."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from awscli_mfa_plugin.doctor.findings import ERROR, NOTE, OK, WARNING, Finding
from awscli_mfa_plugin.errors import (
    ConfigurationError,
    MfaError,
    PermissionDeniedError,
    WrongKeyError,
)
from awscli_mfa_plugin.session.access_keys import OLD_DAYS, AccessKey
from awscli_mfa_plugin.session.devices import FIDO_REASON, checked_serial, list_devices, region_of
from awscli_mfa_plugin.session.records import SOURCE_OPTION, Keys, MfaDevice, Profile, is_long_lived
from awscli_mfa_plugin.session.source import Source, known_region
from awscli_mfa_plugin.text import length_of_time, quoted_list, sanitize, short_device

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from awscli_mfa_plugin.doctor.profiles import Profiles
    from awscli_mfa_plugin.session.ports import Ports

ACCEPTED_SECONDS, NOTICED_SECONDS = 900, 30
"""How far a clock may be off for AWS (SigV4), and for an MFA code (RFC 6238: one step)."""

_ROUNDED_SECONDS = 120
"""From here on minutes are enough: the call itself takes a second or two."""

_Known = dict[tuple[str, str], "tuple[MfaDevice, ...]"]
"""The devices that were listed, by source profile and region."""


def check_aws(
    profiles: Profiles,
    only: str | None,
    region: str | None,
    date_in: Callable[[str, str], datetime | None],
    ports: Ports,
) -> Iterator[Finding]:
    """Yield what calls to AWS show.

    ``date_in`` asks STS for its Date, in a region and with the network settings of a profile
    ("": with none). ``only`` is the profile that was named, ``region`` is ``--region``. Devices
    are listed only with long-lived keys from the files, never with those from a command.
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


def check_keys(
    profiles: Profiles,
    only: str | None,
    region: str | None,
    keys_of: Callable[[Keys, str], tuple[AccessKey, ...]],
    ports: Ports,
) -> Iterator[Finding]:
    """Yield the long-lived keys of MFA profiles that are old.

    ``keys_of`` lists the keys of the user who has some keys, in a region. Nothing is said where a
    policy denies that; only keys from the files are asked with, as for devices.
    """
    chosen = [p for p in profiles.values() if p.is_managed and only in {None, p.name}]
    sources = {found.profile: found for p in chosen if (found := _source(p, profiles))}
    for source in sources.values():
        profile, key_id = profiles[source.profile], source.keys.access_key_id
        try:
            serial = profile.get("mfa_serial")
            where = known_region(region, profile, source, ports) or region_of(serial)
            listed = keys_of(source.keys, where)
        except MfaError:
            continue
        created = next((key.created for key in listed if key.access_key_id == key_id), None)
        days = (ports.clock.now() - created).days if created else 0
        if days > OLD_DAYS:
            name = sanitize(source.profile)
            command = f"aws mfa keys rotate --source-profile {shlex.quote(name)}"
            what = f"The access key of profile {name} is {days} days old."
            yield Finding("access-key", NOTE, what, f"Replace it:  {command}")


def _clock(date: datetime | None, before: datetime, after: datetime) -> Finding:
    """Compare the Date of an answer, in whole seconds, with the times around the call."""
    if date is None:
        return Finding("clock", NOTE, "AWS's answer has no date, so the clock wasn't checked.")
    behind = (date - after).total_seconds()
    ahead = (before - date).total_seconds() - 1
    off = max(behind, ahead, 0)
    where = "behind" if behind > ahead else "ahead of"
    if off < NOTICED_SECONDS:
        return Finding("clock", OK, f"Less than {NOTICED_SECONDS} s off.")
    state = ERROR if off >= ACCEPTED_SECONDS else WARNING
    about = length_of_time(off if off < _ROUNDED_SECONDS else round(off / 60) * 60)
    what = f"The clock is {about} {where} AWS's. AWS accepts 15 min, MFA codes made here 30 s."
    return Finding("clock", state, what, "Set the clock, or turn on automatic time.")


def _source(profile: Profile, profiles: Profiles) -> Source | None:
    """Return the source if its long-lived keys are in the files."""
    source = (
        profile if profile.has_own_keys else profiles.get(profile.config.get(SOURCE_OPTION, ""))
    )
    if source is None or not is_long_lived(source.key_section):
        return None
    section = source.key_section
    secret = section.get("aws_secret_access_key", "")
    return Source(source.name, Keys(section["aws_access_key_id"], secret, "", source.name))


def _serial(
    profile: Profile, profiles: Profiles, region: str | None, ports: Ports, known: _Known
) -> Iterator[Finding]:
    source = _source(profile, profiles)
    if source is None:
        return
    serial = profile.get("mfa_serial") or profiles[source.profile].get("mfa_serial")
    name = sanitize(profile.name)
    try:
        if serial:
            checked_serial(serial)
    except ConfigurationError:
        return  # check_profiles reports it
    try:
        where = known_region(region, profile, source, ports) or region_of(serial)
        devices = known.get((source.profile, where)) or list_devices(source, where, ports)
        known[source.profile, where] = devices
    except PermissionDeniedError:
        what = f"Profile {name}: its user may not list MFA devices, so the device isn't checked."
        yield Finding("mfa-serial", NOTE, what)
    except MfaError as error:
        state = ERROR if isinstance(error, WrongKeyError) else WARNING
        yield Finding("mfa-serial", state, f"Profile {name}: {error.what}", error.remedy)
    else:
        yield _of_devices(name, serial, devices)


def _of_devices(name: str, serial: str, devices: tuple[MfaDevice, ...]) -> Finding:
    usable = [device.mfa_serial for device in devices if device.is_usable]
    state, remedy = ERROR, f"Set mfa_serial to one of: {quoted_list(usable)}"
    if not usable and devices:
        what, remedy = "its user has only FIDO devices.", f"{FIDO_REASON}."
    elif not usable:
        what, remedy = "its user has no MFA device.", "Register one in the IAM console."
    elif not serial:
        state, remedy = OK if len(usable) == 1 else NOTE, ""
        what = f"no mfa_serial; its user has {len(usable)} MFA device{'s' * (len(usable) > 1)}."
    elif serial in usable:
        state, what, remedy = OK, f"{short_device(serial)} is a device of its user.", ""
    else:
        what = f"{sanitize(serial)} isn't a device of its user."
    return Finding("mfa-serial", state, f"Profile {name}: {what}", remedy)
