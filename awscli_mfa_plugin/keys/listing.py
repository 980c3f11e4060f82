"""A user's access keys as people and scripts see them: age, last use, and where they are here."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.errors import PermissionDeniedError
from awscli_mfa_plugin.session.access_keys import OLD_DAYS, STORED, AccessKey, LastUse, Rotation
from awscli_mfa_plugin.session.expiry import rfc3339
from awscli_mfa_plugin.session.records import Profile, is_long_lived
from awscli_mfa_plugin.text import PLAIN, Style, quoted_list, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from awscli_mfa_plugin.aws.iam import UserKeys
    from awscli_mfa_plugin.session.ports import SharedFiles


_OWN_USE = timedelta(minutes=15)
"""For so long after a rotation a use of a key may be the rotation's own."""


@dataclass(frozen=True)
class KeyReport:
    """One key. ``last_use`` is None where a policy hides it; ``profiles`` have the key here."""

    key: AccessKey
    last_use: LastUse | None
    profiles: tuple[str, ...]
    age_days: int | None

    def is_older(self, days: int) -> bool:
        """Tell whether the key works and is older than so many days."""
        return self.key.is_active and self.age_days is not None and self.age_days > days

    @property
    def used(self) -> datetime | None:
        """When the key was last used, as far as is known."""
        return self.last_use.when if self.last_use else None

    def was_used_after(self, rotation: datetime) -> bool:
        """Tell whether the key was used after a rotation, which uses it itself."""
        return self.used is not None and self.used > rotation + _OWN_USE


def reports(
    keys: UserKeys, listed: Iterable[AccessKey], files: SharedFiles, now: datetime
) -> tuple[KeyReport, ...]:
    """Return what is to be said of each key."""
    return tuple(
        KeyReport(
            key,
            _last_use(keys, key.access_key_id),
            holders(key.access_key_id, files),
            (now - key.created).days if key.created else None,
        )
        for key in listed
    )


def _last_use(keys: UserKeys, key_id: str) -> LastUse | None:
    try:
        return keys.last_use(key_id)
    except PermissionDeniedError:
        return None


def holders(key_id: str, files: SharedFiles) -> tuple[str, ...]:
    """Return the names of the profiles that have a long-lived key."""
    profiles = (files.profile(name) for name in files.profile_names())
    return tuple(profile.name for profile in profiles if _has(profile, key_id))


def _has(profile: Profile, key_id: str) -> bool:
    return profile.keyring_key_id == key_id or any(
        section.get("aws_access_key_id") == key_id and is_long_lived(section)
        for section in (profile.credentials, profile.config)
    )


def as_data(found: Iterable[KeyReport]) -> dict[str, Any]:
    """Return the keys in AWS's casing."""
    return {"AccessKeys": [_entry(report) for report in found]}


def _entry(report: KeyReport) -> dict[str, Any]:
    use, created = report.last_use or LastUse(), report.key.created
    return {
        "AccessKeyId": report.key.access_key_id,
        "Status": "Active" if report.key.is_active else "Inactive",
        "CreateDate": rfc3339(created) if created else None,
        "AgeDays": report.age_days,
        "LastUsedDate": rfc3339(use.when) if use.when else None,
        "LastUsedService": use.service or None,
        "Profiles": list(report.profiles),
    }


def as_text(
    found: Sequence[KeyReport], now: datetime, in_environment: str = "", style: Style = PLAIN
) -> str:
    """Return a line for each key; ``in_environment`` is the key that the environment has."""
    if not found:
        return "You have no access keys."
    ages = [_age(report) for report in found]
    uses = [_use(report.last_use, now) for report in found]
    age_width, use_width = max(map(len, ages)), max(map(len, uses))
    lines = []
    for report, age, use in zip(found, ages, uses, strict=True):
        key_id = report.key.access_key_id
        status = f"{'active' if report.key.is_active else 'inactive':<8}"
        status = status if report.key.is_active else style.dim(status)
        padded = f"{age:<{age_width}}"
        shown_age = style.yellow(padded) if report.is_older(OLD_DAYS) else padded
        where = [f"profile {quoted_list(report.profiles)}"] if report.profiles else []
        where += ["your environment"] if key_id == in_environment else []
        line = f"{sanitize(key_id)}  {status}  {shown_age}  {use:<{use_width}}"
        lines.append(f"{line}  {', '.join(where)}".rstrip())
    if any(report.is_older(OLD_DAYS) for report in found):
        lines.append("Replace an old key:  aws mfa keys rotate")
    return "\n".join(lines)


def _age(report: KeyReport) -> str:
    days = report.age_days
    if days is None:
        return "age unknown"
    age = f"{days} day{'' if days == 1 else 's'} old"
    return f"{age} (over {OLD_DAYS})" if report.is_older(OLD_DAYS) else age


def _use(use: LastUse | None, now: datetime) -> str:
    if use is None:
        return "last use unknown"
    if use.when is None:
        return "never used"
    service = f" ({sanitize(use.service, 40)})" if use.service else ""
    return f"last used {use.when.astimezone(now.tzinfo):%Y-%m-%d %H:%M}{service}"


def rotate_command(profile: str, option: str = "") -> str:
    """Return the command that goes on with the rotation of a profile's key."""
    words = ("aws mfa keys rotate", option, f"--source-profile {shlex.quote(sanitize(profile))}")
    return " ".join(filter(None, words))


def unfinished(rotation: Rotation) -> str:
    """Return a line about a rotation that isn't finished."""
    option = "--finish" if rotation.stage == STORED else ""
    command = rotate_command(rotation.source_profile, option)
    return f"The rotation of profile {sanitize(rotation.source_profile)} isn't finished:  {command}"


def described(report: KeyReport, now: datetime) -> str:
    """Return a key on one line, for a question about it."""
    profiles = f", profile {quoted_list(report.profiles)}" if report.profiles else ""
    status = "active" if report.key.is_active else "inactive"
    use = _use(report.last_use, now)
    return f"{sanitize(report.key.access_key_id)}, {status}, {_age(report)}, {use}{profiles}"
