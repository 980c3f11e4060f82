"""The session that a profile has for a program: which one, renewed first if it is due."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import (
    CancelledError,
    CannotAskError,
    ConfigurationError,
    MfaError,
)
from awscli_mfa_plugin.session.expiry import LONGEST_CHAINED_ROLE, check_seconds_left
from awscli_mfa_plugin.session.login import login
from awscli_mfa_plugin.session.plan import LoginRequest
from awscli_mfa_plugin.session.sections import check_profile_name
from awscli_mfa_plugin.text import length_of_time, sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from awscli_mfa_plugin.session.ports import Clock, Ports, SharedFiles
    from awscli_mfa_plugin.session.records import Profile, Session

_OURS_ANSWERS = re.compile(r"\b(?:awscli-mfa|mfa)(?:\.exe)?['\"]?\s+credential-process\b")
"""A command that starts this one; other tools have a subcommand of the same name."""


@dataclass(frozen=True)
class CredentialsRequest:
    """What is asked for: a profile, and the seconds that must be left of its session, or None.

    ``patience`` is how many seconds a prompt may stand, and another process that is logging in
    may be waited for, where the caller itself gives up soon; None is the usual.
    """

    profile: str
    min_remaining: int | None = None
    patience: int | None = None


def check_request(request: CredentialsRequest) -> None:
    """Raise UsageError or ConfigurationError for what can be told wrong before a file is read."""
    check_profile_name(request.profile)
    check_seconds_left(request.min_remaining)


def way_to_source(name: str, environment: Mapping[str, str], files: SharedFiles) -> tuple[str, ...]:
    """Return a profile and, if it has a role, its source profiles, to the managed one.

    Raises ConfigurationError where that way doesn't lead to a managed profile.
    """
    if environment.get("AWS_MFA_SESSION", "").lower() == "off":
        raise ConfigurationError(
            "AWS_MFA_SESSION=off takes every profile out, so there is no session to hand out.",
            "Unset it for this call.",
        )
    names: list[str] = []
    while name not in names:
        names.append(name)
        profile = files.profile(name)
        if "role_arn" not in profile.config:
            _check_managed(profile, names)
            return tuple(names)
        if profile.is_switched_off:
            raise ConfigurationError(
                f"Profile {sanitize(name)} is left to the CLI by mfa_session = off; it has "
                "no session "
                "to hand out.",
                "Remove that line from its section in the config file, or name another profile.",
            )
        name = profile.config.get("source_profile") or ""
        if not name:
            raise ConfigurationError(
                f"The role of profile {sanitize(profile.name)} has no source_profile, so no "
                "session of ours can serve it.",
                "Add source_profile to its section in the config file: a managed profile.",
            )
    raise ConfigurationError(
        f"Profile {sanitize(name)} leads back to itself by source_profile.",
        "Mend source_profile in the config file.",
    )


def _check_managed(profile: Profile, names: list[str]) -> None:
    name = sanitize(profile.name)
    if _OURS_ANSWERS.search(profile.get("credential_process")) and len(names) == 1:
        raise ConfigurationError(
            f"Profile {name} gets its credentials by credential_process, which leads back here: "
            "a cycle.",
            "Let that command name the managed profile: --profile mfa.",
        )
    if profile.other_way:
        raise ConfigurationError(
            f"Profile {name} gets its credentials by {profile.other_way}; it isn't managed.",
            "Name an MFA profile with --profile; aws mfa status lists them.",
        )
    if not (profile.is_managed or profile.is_ours):
        raise ConfigurationError(
            f"Profile {name} has no MFA session: it isn't managed"
            + (" (mfa_session = off)." if profile.is_switched_off else "."),
            f"Log in: aws mfa login --profile {shlex.quote(name)}",
        )


class Renewal:
    """The session of a profile inside a command: renewed once it is expiring.

    A refusal is remembered for as long as the session is the same: a command asks at most once
    for a session, and then the old one is used to its end.
    """

    def __init__(
        self,
        profile: str,
        stored: Callable[[], Session | None],
        renew: Callable[[str], Session | None],
        clock: Clock,
    ) -> None:
        """Keep how a session is read and made.

        ``renew`` gets a line that says why, and returns the new session; it raises MfaError.
        """
        self._profile = sanitize(profile)
        self._stored = stored
        self._renew = renew
        self._clock = clock
        self._session: Session | None = None
        self._refusal: MfaError | None = None
        self._tried: tuple[Session | None] | None = None

    def session(self) -> Session:
        """Return a valid session, renewed first if it is expiring.

        Raises ConfigurationError, once the session has expired and can't be renewed, with the
        command to run; CancelledError if Ctrl-C was the answer to the question.
        """
        if self._is_expiring():
            self._session = self._stored() or self._session
        if self._is_expiring() and self._tried != (self._session,):
            self._try_to_renew()
        return self._valid()

    def stored(self) -> Session | None:
        """Return the session as it is, also an expired one: nothing is asked or made."""
        return self._session or self._stored()

    def valid(self) -> Session:
        """Return the session as it is; nothing is asked or made.

        Raises ConfigurationError, with the command to run, if it has expired or isn't there.
        """
        self._session = self.stored()
        return self._valid()

    def _is_expiring(self) -> bool:
        return self._session is None or self._session.is_expiring(self._clock.now())

    def _remaining(self) -> int:
        return self._session.remaining(self._clock.now()) if self._session else 0

    def _try_to_renew(self) -> None:
        self._tried, self._refusal = (self._session,), None
        try:
            self._session = self._renew(self._why()) or self._session
        except CancelledError as cancelled:
            self._refusal = cancelled
            if cancelled.by_interrupt or not self._remaining():
                raise
        except MfaError as refusal:
            self._refusal = refusal

    def _why(self) -> str:
        if self._session is None:
            return f"Profile {self._profile} needs a session."
        remaining = self._remaining()
        if not remaining:
            return f"The session of profile {self._profile} is over."
        return f"The session of profile {self._profile} is due: {length_of_time(remaining)} left."

    def _valid(self) -> Session:
        if self._session is not None and self._remaining():
            return self._session
        what = "is over" if self._session is not None else "isn't there yet"
        refusal = self._refusal
        why = f": {refusal.what}" if refusal else "."
        remedy = f"Log in: aws mfa login --profile {shlex.quote(self._profile)}"
        if refusal and refusal.remedy and not isinstance(refusal, CannotAskError):
            remedy = refusal.remedy  # a login would end in the same way
        raise ConfigurationError(f"The session of profile {self._profile} {what}{why}", remedy)


def renewed_session(request: CredentialsRequest, name: str, ports: Ports) -> Session:
    """Return the session of the managed profile ``name``, renewed first if it is due.

    Where nobody gives a code, it serves while it lives; with ``min_remaining`` so much must be
    left. Raises ConfigurationError and whatever a login raises.
    """

    def stored() -> Session | None:
        return ports.files.session_of(ports.files.profile(name))

    def renew(why: str) -> Session | None:
        wanted = LoginRequest(name, reason=why, longest_wait=request.patience)
        login(wanted, ports)
        return stored()

    if request.min_remaining is None:
        return Renewal(name, stored, renew, ports.clock).session()
    wanted = LoginRequest(name, min_remaining=request.min_remaining, longest_wait=request.patience)
    login(wanted, ports)
    session = stored()
    if session is None:
        raise ConfigurationError(
            f"The session of profile {sanitize(name)} went away meanwhile.", "Try again."
        )
    return session


def check_min_remaining(request: CredentialsRequest) -> None:
    """Raise ConfigurationError if a role on a session can't have so much time left."""
    seconds = request.min_remaining or 0
    if seconds >= LONGEST_CHAINED_ROLE:
        raise ConfigurationError(
            f"The session of the role of profile {sanitize(request.profile)} can't have "
            f"{length_of_time(seconds)} left: on an MFA session AWS gives a role one hour at "
            "most (role chaining), whatever duration_seconds says.",
            f"Ask for less than {LONGEST_CHAINED_ROLE} seconds, or let the program renew its keys "
            "by credential_process.",
        )


def check_remaining(request: CredentialsRequest, session: Session, ports: Ports) -> None:
    """Raise ConfigurationError if less is left of a role's session than was asked for."""
    remaining = session.remaining(ports.clock.now())
    if remaining < (request.min_remaining or 0):
        raise ConfigurationError(
            f"A new session of the role of profile {sanitize(request.profile)} lasts "
            f"{length_of_time(remaining)}, which is less than --min-remaining.",
            "Ask for less, or raise duration_seconds in its section, to 3600 at most.",
        )


def region_for_session(option: str | None, profile: Profile, environment: Mapping[str, str]) -> str:
    """Return the region to hand out beside a session, or "": as the CLI itself resolves it."""
    return (
        option
        or environment.get("AWS_REGION")
        or environment.get("AWS_DEFAULT_REGION")
        or profile.get("region")
    )
