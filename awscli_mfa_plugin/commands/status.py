"""``aws mfa status``: which sessions there are and how long they live, without any call."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, ClassVar

from awscli_mfa_plugin.commands.base import MfaSubcommand, whole_number
from awscli_mfa_plugin.core.expiry import rfc3339
from awscli_mfa_plugin.core.records import Profile
from awscli_mfa_plugin.core.status import (
    EXPIRED,
    NONE,
    UNKNOWN,
    SessionStatus,
    have_more_left,
    session_statuses,
)
from awscli_mfa_plugin.core.text import length_of_time, moment, shown
from awscli_mfa_plugin.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from datetime import datetime

_BAR_CELLS = 20

_KEYS_IN_ENVIRONMENT = (
    "AWS_ACCESS_KEY_ID is set in the environment: commands without --profile use its keys, "
    "whatever session there is."
)


class StatusCommand(MfaSubcommand):
    """The subcommand ``status``."""

    NAME = "status"
    DESCRIPTION = (
        "Shows the sessions of the managed profiles, or of the one that ``--profile`` names: "
        "source profile, MFA device, state, expiration and time left. Sessions that other tools "
        "wrote are shown apart. Nothing is asked and AWS isn't called.\n\n"
        "Exits with 0 if at least one session is shown and all managed ones have more than "
        "``--min-remaining`` seconds left, else with 1."
    )
    EXAMPLES = (
        "Show all sessions::\n\n    $ aws mfa status\n\n"
        "Ask in a script whether an hour is left::\n\n"
        "    $ aws mfa status --profile mfa --min-remaining 3600 > /dev/null || echo due\n"
    )
    ARG_TABLE: ClassVar[list[dict[str, Any]]] = [
        {
            "name": "min-remaining",
            "cli_type_name": "integer",
            "help_text": "The seconds of which more must be left for exit code 0. Default: 0.",
        },
    ]

    def run(self, parsed_args: Any, parsed_globals: Any) -> int:
        """Show the sessions; tell by the exit code whether enough is left."""
        min_remaining = whole_number("--min-remaining", parsed_args.min_remaining) or 0
        if min_remaining < 0:
            raise UsageError("--min-remaining takes seconds, 0 or more.")
        now = self.world.clock.now()
        named = parsed_globals.profile
        statuses = session_statuses(self._profiles(named), self.world.session_of, now)
        if named and not statuses:
            statuses = (SessionStatus(named, "", "", NONE),)
        if self.world.environment.get("AWS_ACCESS_KEY_ID"):
            self.world.note(_KEYS_IN_ENVIRONMENT)
        self.show(parsed_globals, _data(statuses), _text(statuses, now))
        return 0 if have_more_left(statuses, min_remaining) else 1

    def _profiles(self, named: str | None) -> list[Profile]:
        if not named:
            return list(self.world.profiles())
        known = self._session.full_config["profiles"]
        if named not in known:
            raise ConfigurationError(
                f"Profile {shown(named)} doesn't exist.",
                "«aws mfa login --profile NAME» makes one with a session.",
            )
        options = known[named].items()
        return [Profile(named, {name: text for name, text in options if isinstance(text, str)})]


def _data(statuses: tuple[SessionStatus, ...]) -> dict[str, Any]:
    data = {"Sessions": [_entry(status) for status in statuses if not status.tool]}
    others = [{**_entry(status), "Tool": status.tool} for status in statuses if status.tool]
    if others:
        data["OtherSessions"] = others
    return data


def _entry(status: SessionStatus) -> dict[str, Any]:
    return {
        "Profile": status.profile,
        "SourceProfile": status.source_profile or None,
        "MfaSerial": status.mfa_serial or None,
        "State": status.state,
        "Expiration": rfc3339(status.expiration) if status.expiration else None,
        "RemainingSeconds": status.remaining if status.expiration else None,
    }


def _text(statuses: tuple[SessionStatus, ...], now: datetime) -> str:
    ours = [status for status in statuses if not status.tool]
    others = [status for status in statuses if status.tool]
    width = max((len(shown(status.profile)) for status in statuses), default=0)
    lines = [line for status in ours for line in _lines(status, now, width)]
    if not ours and not others:
        lines.append("No profile is managed yet: «aws mfa login --profile mfa» makes a session.")
    if others:
        lines += ["", "Sessions of other tools:"] if lines else ["Sessions of other tools:"]
        lines += [line for status in others for line in _lines(status, now, width)]
    return "\n".join(lines)


def _lines(status: SessionStatus, now: datetime, width: int) -> list[str]:
    first = f"{shown(status.profile):<{width}}  {status.state:<8}  {_when(status, now)}"
    bar = _bar(status)
    lines = [f"{first}  {bar}" if bar else first.rstrip()]
    about = _about(status)
    if about:
        lines.append(f"{'':<{width}}  {about}")
    return lines


def _when(status: SessionStatus, now: datetime) -> str:
    if status.state == NONE:
        return "no session"
    if status.state == UNKNOWN or status.expiration is None:
        return "its end isn't written down"
    if status.state == EXPIRED:
        return f"since {moment(status.expiration, now)}"
    return f"until {moment(status.expiration, now)}, {length_of_time(status.remaining)} left"


def _about(status: SessionStatus) -> str:
    parts = []
    if status.tool:
        parts.append(f"written by {status.tool}")
    if status.source_profile:
        parts.append(f"from {shown(status.source_profile)}")
    if status.mfa_serial:
        parts.append(f"with {shown(status.mfa_serial)}")
    return " ".join(parts)


def _bar(status: SessionStatus) -> str:
    """Return the time left as a bar, on a terminal that can show one."""
    if not (status.remaining and status.lifetime and sys.stdout.isatty()):
        return ""
    full = max(1, min(_BAR_CELLS, round(_BAR_CELLS * status.remaining / status.lifetime)))
    filled, empty = "█", "░"
    try:
        (filled + empty).encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        filled, empty = "#", "."
    return filled * full + empty * (_BAR_CELLS - full)
