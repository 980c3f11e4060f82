"""Words what a person is told about a session that is due or over."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscli_mfa_plugin.text import length_of_time, moment, shown
from awscli_mfa_plugin.watch.steps import OVER

if TYPE_CHECKING:
    from datetime import datetime

    from awscli_mfa_plugin.session.records import Session


@dataclass(frozen=True)
class Notice:
    """What is told of one session: a title and a text, each on one line and safe to show.

    ``profile`` and ``expiration`` (aware UTC) are the true values, for a program.
    """

    profile: str
    expiration: datetime
    stage: str
    title: str
    text: str


def notice_of(profile: str, session: Session, stage: str, now: datetime, why: str = "") -> Notice:
    """Return the notice that a profile's session is due or over; ``why`` it wasn't renewed."""
    name, when = shown(profile, 80), moment(session.expiration, now)
    left = length_of_time(session.remaining(now))
    title = f"AWS session of {name} is {'over' if stage == OVER else 'due'}"
    told = f"It ended at {when}." if stage == OVER else f"It ends at {when} ({left} left)."
    parts = [told, *([f"It couldn't be renewed: {why}"] if why else [])]
    parts.append(f"For a new one: aws mfa login --profile {shlex.quote(name)}")
    return Notice(profile, session.expiration, stage, title, " ".join(parts))


def reason_for(profile: str, session: Session, stage: str, now: datetime) -> str:
    """Return the line that stands above the question for a code."""
    name = shown(profile)
    if stage == OVER:
        return f"The session of profile {name} is over since {moment(session.expiration, now)}."
    left = length_of_time(session.remaining(now))
    return f"The session of profile {name} is due: {left} left."
