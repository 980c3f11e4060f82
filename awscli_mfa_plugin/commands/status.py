"""``aws mfa status``: shows the sessions and how long they are valid, without calling AWS."""

from __future__ import annotations

from awscli_mfa_plugin.declaration import INTEGER, Arguments, Command, Option, Result
from awscli_mfa_plugin.session.expiry import check_seconds_left, rfc3339
from awscli_mfa_plugin.text import encodable, length_of_time, moment, sanitize, short_device

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from typing import Any

    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.session.records import Profile
    from awscli_mfa_plugin.session.sessions import SessionStatus
    from awscli_mfa_plugin.text import Screen, Style

_BAR_CELLS = 20

_KEYS_IN_ENVIRONMENT = (
    "AWS_ACCESS_KEY_ID is set: commands without --profile use that key instead of a session."
)

COMMAND = Command(
    "status",
    "Shows the sessions of all MFA profiles, or of the one that ``--profile`` names: state, "
    "expiration, time left, source profile and device. Sessions of other tools are listed "
    "apart. No code is asked for, and AWS isn't called.\n\n"
    "The exit code is 0 if there is a session, and each MFA profile has more than "
    "``--min-remaining`` seconds left. Otherwise it is 1.",
    examples="Show all sessions::\n\n    $ aws mfa status\n\n"
    "In a script, check whether an hour is left::\n\n"
    "    $ aws mfa status --profile mfa --min-remaining 3600 > /dev/null || echo expiring\n",
    options=(
        Option(
            "min-remaining",
            "Exit with 0 only if more than this many seconds are left. Default: 0.",
            INTEGER,
        ),
    ),
)


def run(arguments: Arguments, context: Context) -> Result:
    """Show the sessions; the exit code says whether enough is left."""
    from awscli_mfa_plugin.session import sessions

    min_remaining = arguments["min_remaining"] or 0
    check_seconds_left(min_remaining)
    now = context.clock.now()
    named = context.options.profile
    profiles = _profiles(named, context)
    statuses = sessions.session_statuses(profiles, context.session_of, now)
    if named and not statuses:
        statuses = (sessions.SessionStatus(named, "", "", sessions.NONE),)
    if _has_other_keys(context.environment, profiles):
        context.note(_KEYS_IN_ENVIRONMENT)
    is_enough = sessions.have_more_left(statuses, min_remaining)
    return Result(_data(statuses), _text(statuses, now, context.screen), 0 if is_enough else 1)


def _has_other_keys(environment: Mapping[str, str], profiles: list[Profile]) -> bool:
    """Return whether the environment has keys that aren't a session from exec or export."""
    from awscli_mfa_plugin.session import LONG_LIVED, PROFILE_VARIABLE

    key_id = environment.get("AWS_ACCESS_KEY_ID", "")
    if environment.get(PROFILE_VARIABLE) and not key_id.startswith(LONG_LIVED):
        return False  # a role's session isn't stored anywhere
    ours = (profile.get("aws_access_key_id") for profile in profiles if profile.is_ours)
    return bool(key_id) and key_id not in ours


def _profiles(named: str | None, context: Context) -> list[Profile]:
    if not named:
        return list(context.process.profiles())
    if profile := context.process.profile(named):
        return [profile]
    from awscli_mfa_plugin.session.sessions import missing_profile

    raise missing_profile(named, (each.name for each in context.process.profiles()))


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


def _text(statuses: tuple[SessionStatus, ...], now: datetime, screen: Screen) -> str:
    names = [len(sanitize(status.profile)) for status in statuses]
    times = [len(_when(status, now)) for status in statuses]
    widths = (max(names, default=0), max(times, default=0))
    lines = [_lines(status, now, widths, screen) for status in statuses if not status.tool]
    others = [_lines(status, now, widths, screen) for status in statuses if status.tool]
    if others:
        lines += ["", "From other tools:"] if lines else ["From other tools:"]
    text = "\n".join([*lines, *others])
    return text or "No MFA sessions yet. Start with:  aws mfa login --profile mfa"


def _lines(status: SessionStatus, now: datetime, widths: tuple[int, int], screen: Screen) -> str:
    name_width, when_width = widths
    color = _color_of(status.state, screen.style)
    name, state = f"{sanitize(status.profile):<{name_width}}", color(f"{status.state:<8}")
    when, bar, about = _when(status, now), _bar(status, screen), _about(status)
    shown = f"{when:<{when_width}}  {color(bar)}" if bar else when
    more = f"\n{'':<{name_width}}  {screen.style.dim(about)}" if about else ""
    return f"{name}  {state}  {shown}{more}"


def _color_of(state: str, style: Style) -> Callable[[str], str]:
    from awscli_mfa_plugin.session.sessions import EXPIRED, EXPIRING, VALID

    colors = {VALID: style.green, EXPIRING: style.yellow, EXPIRED: style.red}
    return colors.get(state, style.dim)


def _when(status: SessionStatus, now: datetime) -> str:
    from awscli_mfa_plugin.session.sessions import EXPIRED, NONE, UNKNOWN

    if status.state == NONE:
        return "not logged in"
    if status.state == UNKNOWN or status.expiration is None:
        return "no expiration recorded"
    if status.state == EXPIRED:
        return f"since {moment(status.expiration, now)}"
    return f"until {moment(status.expiration, now)}, {length_of_time(status.remaining)} left"


def _about(status: SessionStatus) -> str:
    parts = (
        status.tool and f"written by {status.tool}",
        status.source_profile and f"from {sanitize(status.source_profile)}",
        status.mfa_serial and f"with {short_device(status.mfa_serial)}",
    )
    return " ".join(filter(None, parts))


def _bar(status: SessionStatus, screen: Screen) -> str:
    """Return the time left as a bar, on a terminal that can show one."""
    if not (status.remaining and status.lifetime and screen.is_terminal):
        return ""
    full = max(1, min(_BAR_CELLS, round(_BAR_CELLS * status.remaining / status.lifetime)))
    cells = encodable("█░", screen.encoding, "#.")
    return cells[0] * full + cells[1] * (_BAR_CELLS - full)
