"""All that a login resolves before it prompts for a code."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from awscli_mfa_plugin.session.devices import (
    Device,
    checked_serial,
    region_of,
    resolve_device,
)
from awscli_mfa_plugin.session.expiry import check_seconds_left, resolve_duration
from awscli_mfa_plugin.session.records import SESSION_OPTION, SOURCE_OPTION, Profile
from awscli_mfa_plugin.session.sections import check_profile_name, session_lines
from awscli_mfa_plugin.session.source import Source, inherited, known_region, resolve_source
from awscli_mfa_plugin.session.token_codes import CodeSettings
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awscli_mfa_plugin.session.ports import Ports


@dataclass(frozen=True)
class LoginRequest:
    """What the command line asks for; None where it says nothing.

    ``reason`` is a line to show before the prompt inside another command;
    ``longest_wait`` is how many seconds to wait at most for another process that is logging in.
    """

    session_profile: str
    source_profile: str | None = None
    mfa_serial: str | None = None
    token_code: str | None = field(default=None, repr=False)
    duration_seconds: int | None = None
    min_remaining: int | None = None
    region: str | None = None
    force: bool = False
    dry_run: bool = False
    reason: str = ""
    longest_wait: int | None = None


@dataclass(frozen=True)
class LoginPlan:
    """What was resolved; ``settings`` are to be saved in the profile."""

    profile: Profile
    source: Source
    device: Device
    duration_seconds: int
    region: str
    settings: Mapping[str, str]
    codes: CodeSettings


def check_request(request: LoginRequest) -> None:
    """Raise UsageError or ConfigurationError for what is wrong before any file is read."""
    check_profile_name(request.session_profile)
    if request.mfa_serial:
        checked_serial(request.mfa_serial)
    check_seconds_left(request.min_remaining)
    if request.duration_seconds is not None:
        resolve_duration(request.duration_seconds, Profile(""))


def check_duration(request: LoginRequest, profile: Profile) -> None:
    """Raise UsageError if a new session couldn't have ``min_remaining`` left."""
    duration_seconds = resolve_duration(request.duration_seconds, profile)
    if (request.min_remaining or 0) > duration_seconds:
        raise UsageError(
            f"--min-remaining {request.min_remaining} is more than a new session would last "
            f"({duration_seconds} s).",
            "Ask for less, or for a longer session with --duration-seconds.",
        )


def make_plan(request: LoginRequest, profile: Profile, ports: Ports) -> LoginPlan:
    """Return the plan of a login; it may ask which device to use, but never for a code."""
    source = resolve_source(request.source_profile, profile, ports)
    if profile.has_own_keys and source.profile != profile.name:
        raise _anothers_session(profile, source)
    region = known_region(request.region, profile, source, ports)
    device = resolve_device(request.mfa_serial, profile, source, region, ports)
    codes = CodeSettings(
        reason=request.reason,
        option=request.token_code,
        process=inherited("mfa_process", profile, ports, request.source_profile),
        hidden=inherited("mfa_prompt", profile, ports, request.source_profile).lower() == "hidden",
        devices=device.choices,
    )
    return LoginPlan(
        profile=profile,
        source=source,
        device=device,
        duration_seconds=resolve_duration(request.duration_seconds, profile),
        region=region or region_of(device.mfa_serial),
        settings=_settings_to_keep(profile, source, device, region),
        codes=codes,
    )


def _anothers_session(profile: Profile, source: Source) -> ConfigurationError:
    name, words = sanitize(profile.name), shlex.quote(sanitize(profile.name))
    left = session_lines(profile.credentials)
    beside = f", next to lines of an old session ({', '.join(left)})" if left else ""
    return ConfigurationError(
        f"Profile {name} has its own long-lived keys{beside}, so it can't also have a session "
        f"from {source.shown}. Nothing was changed.",
        f"To log in with its own keys:  aws mfa login --profile {words} --source-profile {words}",
    )


def _settings_to_keep(
    profile: Profile, source: Source, device: Device, region: str
) -> dict[str, str]:
    """Return what this login found out and the profile doesn't have yet."""
    settings = {}
    if source.profile and source.profile != profile.name:
        settings[SOURCE_OPTION] = source.profile
    elif source.profile and profile.config.get(SOURCE_OPTION):
        settings[SOURCE_OPTION] = profile.name  # the keys are its own by now
    elif not profile.is_managed:
        settings[SESSION_OPTION] = "on"
    if device.is_new:
        settings["mfa_serial"] = device.mfa_serial
    if region and not profile.get("region"):
        settings["region"] = region
    return {
        option: value for option, value in settings.items() if profile.config.get(option) != value
    }
