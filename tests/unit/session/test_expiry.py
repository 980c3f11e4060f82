"""When sessions expire, and how long they may last."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from awscli_mfa_plugin.session.expiry import (
    advice_on_denial,
    capped,
    check_long_lived,
    expiry_window,
    is_session,
    parsed_time,
    resolve_duration,
    rfc3339,
    seconds_left,
)
from awscli_mfa_plugin.session.records import Profile, Session
from tests.fakes import LONG_LIVED, NOW

WINDOWS = {
    "twelve hours": (43_200, 900),
    "an hour is where both meet": (3600, 900),
    "less than an hour: a quarter": (3599, 899.75),
    "a role's shortest": (900, 225),
    "nothing": (0, 0),
}


@pytest.mark.parametrize(("lifetime", "window"), WINDOWS.values(), ids=WINDOWS.keys())
def test_the_expiry_window_is_15_minutes_or_a_quarter(lifetime: int, window: float) -> None:
    """The smaller of both."""
    assert expiry_window(timedelta(seconds=lifetime)) == timedelta(seconds=window)


@given(st.integers(1, 129_600))
def test_the_expiry_window_never_takes_more_than_a_quarter(lifetime: int) -> None:
    """So a new session is never expiring, however short it is."""
    window = expiry_window(timedelta(seconds=lifetime)).total_seconds()
    assert window <= 900
    assert window <= lifetime / 4
    assert window in (900, lifetime / 4)


LEFT = {"some": (90.9, 90), "a moment": (0.9, 0), "none": (0, 0), "over": (-5, 0)}


@pytest.mark.parametrize(("seconds", "left"), LEFT.values(), ids=LEFT.keys())
def test_the_seconds_left_are_whole_and_never_negative(seconds: float, left: int) -> None:
    """A started second doesn't count."""
    assert seconds_left(NOW + timedelta(seconds=seconds), NOW) == left


def test_a_time_is_written_in_utc_with_its_offset_to_the_second() -> None:
    """RFC 3339, as shell prompts read it."""
    local = datetime(2026, 11, 24, 10, 30, 5, 999_999, timezone(timedelta(hours=1)))
    assert rfc3339(local) == "2026-11-24T09:30:05+00:00"


@given(
    st.datetimes(datetime(1971, 1, 2), datetime(3000, 12, 30)),  # noqa: DTZ001 - zone below
    st.integers(-23 * 60, 23 * 60),
)
def test_a_written_time_is_read_as_the_same_moment(moment: datetime, minutes: int) -> None:
    """To the second, whatever zone it came from."""
    when = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    read = parsed_time(rfc3339(when))
    assert read == when.replace(microsecond=0)
    assert read.tzinfo is timezone.utc


READ = {
    "RFC 3339 in UTC": "2026-11-24T09:00:00Z",
    "a small z": "2026-11-24T09:00:00z",
    "an offset": "2026-11-24T10:00:00+01:00",
    "an offset without colon": "2026-11-24T10:00:00+0100",
    "an offset to the west": "2026-11-24T04:00:00-0500",
    "a blank for the T": "2026-11-24 09:00:00+00:00",
    "naive, as aws-mfa writes it": "2026-11-24 09:00:00",
    "naive ISO": "2026-11-24T09:00:00",
    "blanks around": "  2026-11-24T09:00:00Z ",
}


@pytest.mark.parametrize("text", READ.values(), ids=READ.keys())
def test_times_of_other_tools_are_read_as_utc(text: str) -> None:
    """A time without an offset is UTC unless told otherwise."""
    assert parsed_time(text) == NOW


def test_a_naive_time_can_be_read_in_another_zone() -> None:
    """An offset that is written counts all the same."""
    zone = timezone(timedelta(hours=2))
    assert parsed_time("2026-11-24 11:00:00", zone) == NOW
    assert parsed_time("2026-11-24T09:00:00Z", zone) == NOW


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone can't be set here")
@pytest.mark.parametrize(("zone", "text"), [("EST5", "04"), ("CET-1", "10"), ("UTC0", "09")])
def test_without_a_zone_a_naive_time_is_local(
    zone: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As awsume writes it."""
    try:
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert parsed_time(f"2026-11-24 {text}:00:00", None) == NOW
    finally:
        monkeypatch.undo()
        time.tzset()


NO_TIMES = [
    "",
    " ",
    "Z",
    "soon",
    "2026-13-01T00:00:00Z",
    "1764000000.5",
    "None",
    "+0100",
    "12:-0100",
]


@pytest.mark.parametrize("text", NO_TIMES)
def test_invalid_times_are_none(text: str) -> None:
    """No text in a file raises an error."""
    assert parsed_time(text) is None


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00"])
def test_a_time_beyond_the_calendar_is_none(text: str) -> None:
    """It has no representation in UTC."""
    assert parsed_time(text) is None


@given(st.text(alphabet=st.one_of(st.sampled_from("0123456789-:TZ+ ."), st.characters())))
def test_reading_a_time_never_fails(text: str) -> None:
    """It is an aware time in UTC, or None."""
    when = parsed_time(text)
    assert when is None or when.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text",
    [
        *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "1970-01-01T00:00:00Z"),
        *("9999-12-31T23:59:59-12:00", "9999-12-31 23:59:59"),
    ],
)
def test_the_first_and_last_time_are_none(text: str) -> None:
    """Some programs write the first or the last for "never"; local time can't show it."""
    assert parsed_time(text) is None
    assert parsed_time(text, None) is None


RESOLVED: dict[str, tuple[int | None, dict[str, str], int]] = {
    "twelve hours by default": (None, {}, 43_200),
    "an empty setting is none": (None, {"duration_seconds": ""}, 43_200),
    "the profile's": (None, {"duration_seconds": "3600"}, 3600),
    "the option before the profile's": (7200, {"duration_seconds": "3600"}, 7200),
    "the option before a wrong setting": (7200, {"duration_seconds": "soon"}, 7200),
    "the shortest by option": (900, {}, 900),
    "the longest by option": (129_600, {}, 129_600),
    "the shortest by setting": (None, {"duration_seconds": "900"}, 900),
    "the longest by setting": (None, {"duration_seconds": "129600"}, 129_600),
}


@pytest.mark.parametrize(("option", "config", "seconds"), RESOLVED.values(), ids=RESOLVED.keys())
def test_the_duration_comes_from_option_profile_or_default(
    option: int | None, config: dict[str, str], seconds: int
) -> None:
    """900 to 129600 seconds, inclusive; twelve hours by default."""
    assert resolve_duration(option, Profile("mfa", config)) == seconds


@pytest.mark.parametrize("option", [-1, 0, 1, 899, 129_601, 10**9])
def test_an_option_out_of_range_is_wrong_usage(option: int) -> None:
    """Without a call; the message has the limits."""
    with pytest.raises(UsageError, match="900 to 129600") as caught:
        resolve_duration(option, Profile("mfa"))
    assert f"--duration-seconds {option} " in caught.value.what


@pytest.mark.parametrize(
    "setting", ["0", "899", "129601", "-900", "1h", "9e2", "3600.0", "٣٦٠٠", "²²²²", "1_000"]
)
def test_a_setting_out_of_range_is_a_configuration_error(setting: str) -> None:
    """The message names setting and profile, and how to override it."""
    with pytest.raises(ConfigurationError) as caught:
        resolve_duration(None, Profile("mfa", {"duration_seconds": setting}))
    assert f"duration_seconds = {setting} in profile mfa" in caught.value.what
    assert "--duration-seconds" in caught.value.remedy


def test_a_hostile_setting_is_shown_escaped_and_cut() -> None:
    """Text from a file can't control the terminal."""
    setting = "\x1b[2J" + "9" * 500
    with pytest.raises(ConfigurationError) as caught:
        resolve_duration(None, Profile("m\u202efa", {"duration_seconds": setting}))
    assert "\\x1b[2J" in caught.value.what
    assert "m\\u202efa" in caught.value.what
    assert len(caught.value.what) < 200


TEMPORARY = {"aws_access_key_id": "ASIAX", "aws_session_token": "t"}
MANAGED = {"mfa_source_profile": "default"}


@pytest.mark.parametrize(
    ("setting", "sent"),
    [
        ("900", "900"),
        ("3600", "3600"),
        ("3601", "3600"),
        ("43201", "3600"),
        (" 7_200 ", "3600"),
        ("600", "600"),
        ("-1", "-1"),
        ("1h", "1h"),
        ("", ""),
    ],
)
def test_more_than_an_hour_is_an_hour(setting: str, sent: str) -> None:
    """What the CLI reads as a number is capped as one; anything else is has mfa_session = off."""
    assert capped(setting) == sent


SOURCES = [
    (Profile("mfa", MANAGED), True),
    (Profile("mfa", MANAGED, TEMPORARY), True),
    (Profile("other", TEMPORARY), True),
    (Profile("r", {"role_arn": "x"}), True),
    (Profile("default", {}, LONG_LIVED), False),
    (Profile("default", {"mfa_session": "on"}, LONG_LIVED), False),
    (Profile("process", {"credential_process": "x"}), False),
]


@pytest.mark.parametrize(("source", "expected"), SOURCES)
def test_which_sources_have_temporary_keys(source: Profile, *, expected: bool) -> None:
    """A profile with its own long-lived keys has none."""
    assert is_session(source) == expected


@pytest.mark.parametrize("duration", ["3601", "43200"])
def test_a_long_role_on_a_session_is_refused_with_the_remedy(duration: str) -> None:
    """With both profiles, the setting, the cause and what to change."""
    role = Profile("admin", {"role_arn": "x", "duration_seconds": duration})
    with pytest.raises(ConfigurationError) as refused:
        check_long_lived(role, Profile("mfa", MANAGED))
    for part in ("admin", f"duration_seconds = {duration}", "mfa", "role chaining"):
        assert part in refused.value.what
    assert "source_profile" in refused.value.remedy


@pytest.mark.parametrize(
    ("duration", "source"),
    [
        ({}, Profile("mfa", MANAGED)),
        ({"duration_seconds": "3600"}, Profile("mfa", MANAGED)),
        ({"duration_seconds": "x"}, Profile("mfa", MANAGED)),
        ({"duration_seconds": "7200"}, Profile("default", {}, LONG_LIVED)),
    ],
)
def test_a_role_duration_that_is_possible(duration: dict[str, str], source: Profile) -> None:
    """An hour on a session, and more on long-lived keys."""
    check_long_lived(Profile("admin", {"role_arn": "x", **duration}), source)


DENIED = (
    "User: arn:aws:iam::123456789012:user/ada is not authorized to perform: s3:ListAllMyBuckets "
    "with an explicit deny in an identity-based policy"
)
NOT_ALLOWED = "because no identity-based policy allows the s3:ListAllMyBuckets action"


def advice(message: str = DENIED, age: timedelta | None = timedelta(hours=11)) -> str:
    """Return what is said of a denial under a session of this age; None is an unknown age."""
    issued = None if age is None else NOW - age
    session = Session("ASIA1", "s", "t", NOW + timedelta(hours=1), issued)
    return advice_on_denial(message, session, "my profile", NOW)


def test_an_old_session_that_a_policy_denies() -> None:
    """Its age and the command stand on one line; the profile is quoted for a shell."""
    assert advice() == (
        "The MFA session of profile my profile is 11 h old. If a policy limits its age, renew it:"
        "  aws mfa login --profile 'my profile' --force"
    )


@pytest.mark.parametrize(
    ("message", "age"),
    [
        (NOT_ALLOWED, timedelta(hours=11)),
        (DENIED, timedelta(minutes=14)),
        (DENIED, None),
        ("", timedelta(hours=11)),
    ],
)
def test_other_denials_are_left_alone(message: str, age: timedelta | None) -> None:
    """Nothing is allowed, the session is new, or its age isn't known."""
    assert advice(message, age) == ""


def test_a_quarter_of_an_hour_is_old_enough() -> None:
    """No policy of ours limits a session to less."""
    assert "15 min old" in advice(age=timedelta(minutes=15))
