"""When a session is due, and how its times are written and read."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awscli_mfa_plugin.session.expiry import expiry_window, parsed_time, rfc3339, seconds_left
from tests.fakes import NOW

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
    """So a session that was just made is never due, however short it is."""
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
def test_the_peers_times_are_read_as_utc(text: str) -> None:
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
def test_what_is_no_time_is_none(text: str) -> None:
    """Whatever stands in a file is no reason to fail."""
    assert parsed_time(text) is None


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00"])
def test_a_time_beyond_the_calendar_is_none(text: str) -> None:
    """It has no moment in UTC that could be told."""
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
def test_a_time_that_no_clock_shows_is_none(text: str) -> None:
    """Some programs write the first or the last for "never"; local time can't show it."""
    assert parsed_time(text) is None
    assert parsed_time(text, None) is None
