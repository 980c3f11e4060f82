"""The session of a profile for a program: which one, and renewed first if it expires soon."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import CancelledError, CannotAskError, ConfigurationError, MfaError
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
"""A command that runs aws mfa itself; other tools have a subcommand of the same name."""


@dataclass(frozen=True)
class CredentialsRequest:
    """A profile, and the seconds that must be left of its session, or None.

    ``patience`` is for a caller that gives up soon itself: how many seconds to wait for an answer
    to a prompt, or for another process that is logging in; None is the usual.
    ``default_duration`` leaves the duration of a role's session to AWS: an hour.
    """

    profile: str
    min_remaining: int | None = None
    patience: int | None = None
    default_duration: bool = False


def check_request(request: CredentialsRequest) -> None:
    """Raise UsageError or ConfigurationError for what is wrong whatever the files say."""
    check_profile_name(request.profile)
    check_seconds_left(request.min_remaining)


def way_to_source(name: str, environment: Mapping[str, str], files: SharedFiles) -> tuple[str, ...]:
    """Return a profile and, if it has a role, its source profiles, to the managed one.

    Raises ConfigurationError where that way doesn't lead to a managed profile.
    """
    if environment.get("AWS_MFA_SESSION", "").lower() == "off":
        raise ConfigurationError(
            "AWS_MFA_SESSION=off turns aws mfa off for every profile, so there is no session.",
            "Unset AWS_MFA_SESSION and try again.",
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
                f"Profile {sanitize(name)} has mfa_session = off, so it has no MFA session.",
                "Remove that line from ~/.aws/config, or use another profile.",
            )
        name = profile.config.get("source_profile") or ""
        if not name:
            raise ConfigurationError(
                f"Role profile {sanitize(profile.name)} has no source_profile.",
                "Add source_profile to it in ~/.aws/config, with the name of an MFA profile.",
            )
    raise ConfigurationError(
        f"The source_profile of {sanitize(name)} leads back to {sanitize(name)}.",
        "Correct source_profile in ~/.aws/config.",
    )


def _check_managed(profile: Profile, names: list[str]) -> None:
    name = sanitize(profile.name)
    if _OURS_ANSWERS.search(profile.get("credential_process")) and len(names) == 1:
        raise ConfigurationError(
            f"The credential_process of profile {name} asks for the credentials of {name} itself.",
            "Have it name your MFA profile instead:  --profile mfa",
        )
    if profile.other_way:
        raise ConfigurationError(
            f"Profile {name} gets its credentials from {profile.other_way}; "
            "it isn't an MFA profile.",
            "List your MFA profiles:  aws mfa status",
        )
    if not (profile.is_managed or profile.is_ours):
        raise ConfigurationError(
            f"Profile {name} has no MFA session"
            + (" (mfa_session = off)." if profile.is_switched_off else "."),
            f"Log in:  aws mfa login --profile {shlex.quote(name)}",
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
        """Return the session as it is, also an expired one, without a prompt."""
        return self._session or self._stored()

    def valid(self) -> Session:
        """Return the session as it is, without a prompt.

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
        left = self._remaining()
        when = f"expires in {length_of_time(left)}" if left else "has expired"
        why = f"The MFA session of profile {self._profile} {when}."
        if self._session is None:
            why = f"Profile {self._profile} needs an MFA session."
        try:
            self._session = self._renew(why) or self._session
        except CancelledError as cancelled:
            self._refusal = cancelled
            if cancelled.by_interrupt or not self._remaining():
                raise
        except MfaError as refusal:
            self._refusal = refusal

    def _valid(self) -> Session:
        if self._session is not None and self._remaining():
            return self._session
        what = f"The MFA session of profile {self._profile} has expired"
        if self._session is None:
            what = f"Profile {self._profile} has no MFA session yet"
        refusal = self._refusal
        why = f", and couldn't be renewed. {refusal.what}" if refusal else "."
        remedy = f"Log in:  aws mfa login --profile {shlex.quote(self._profile)}"
        if refusal and refusal.remedy and not isinstance(refusal, CannotAskError):
            remedy = refusal.remedy  # a login would end in the same way
        raise ConfigurationError(f"{what}{why}", remedy)


def renewed_session(request: CredentialsRequest, name: str, ports: Ports) -> Session:
    """Return the session of the managed profile ``name``, renewed first if it expires soon.

    Without a code, the old one is used until it expires; with ``min_remaining``, that many
    seconds must be left. Raises ConfigurationError and whatever a login raises.
    """

    def stored() -> Session | None:
        return ports.files.session_of(ports.files.profile(name))

    def renew(why: str) -> Session | None:
        remaining, patience = request.min_remaining, request.patience
        wanted = LoginRequest(name, reason=why, min_remaining=remaining, longest_wait=patience)
        login(wanted, ports)
        return stored()

    if request.min_remaining is None:
        return Renewal(name, stored, renew, ports.clock).session()
    session = renew("")
    if session is None:
        raise ConfigurationError(
            f"The MFA session of profile {sanitize(name)} was removed meanwhile.", "Try again."
        )
    return session


def check_min_remaining(request: CredentialsRequest) -> None:
    """Raise ConfigurationError if a role on a session can't have so much time left."""
    seconds = request.min_remaining or 0
    if seconds >= LONGEST_CHAINED_ROLE:
        raise ConfigurationError(
            f"Role profile {sanitize(request.profile)} can't have {length_of_time(seconds)} left: "
            "with an MFA session, AWS limits a role session to one hour (role chaining).",
            f"Ask for less than {LONGEST_CHAINED_ROLE} seconds, or let the program renew its "
            "credentials with credential_process.",
        )


def check_remaining(request: CredentialsRequest, session: Session, ports: Ports) -> None:
    """Raise ConfigurationError if less is left of a role's session than was requested."""
    remaining = session.remaining(ports.clock.now())
    if remaining < (request.min_remaining or 0):
        raise ConfigurationError(
            f"A new session of role profile {sanitize(request.profile)} lasts "
            f"{length_of_time(remaining)}, less than --min-remaining.",
            "Ask for less, or raise duration_seconds in the profile (3600 at most).",
        )


def region_for_session(option: str | None, profile: Profile, environment: Mapping[str, str]) -> str:
    """Return the region to provide with a session, or "": as the CLI itself resolves it."""
    return (
        option
        or environment.get("AWS_REGION")
        or environment.get("AWS_DEFAULT_REGION")
        or profile.get("region")
    )
