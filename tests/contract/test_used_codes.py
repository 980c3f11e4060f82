"""The record of used MFA codes: in memory and in the state folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.files.state import UsedCodes
from tests.fakes import SERIAL, FakeClock, FakeUsedCodes
from tests.unit.store import state_folder

if TYPE_CHECKING:
    from pathlib import Path

    from awscli_mfa_plugin.session import ports


@pytest.fixture
def clock() -> FakeClock:
    """Return a clock at the start of a time step."""
    return FakeClock()


@pytest.fixture(params=["fake", "real"])
def codes(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> ports.UsedCodes:
    """Return an empty record."""
    if request.param == "fake":
        return FakeUsedCodes(clock)
    return UsedCodes(state_folder(tmp_path), clock.now)


def test_no_code_was_used_at_first(codes: ports.UsedCodes) -> None:
    """Of any device."""
    assert not codes.is_used(SERIAL, "123456")
    assert not codes.is_used("GAHT12345678", "000000")


def test_a_code_is_used_for_its_device_only(codes: ports.UsedCodes) -> None:
    """Another device may show the same digits."""
    codes.remember(SERIAL, "123456")
    assert codes.is_used(SERIAL, "123456")
    assert not codes.is_used(SERIAL, "123457")
    assert not codes.is_used("GAHT12345678", "123456")


def test_looking_up_a_code_changes_nothing(codes: ports.UsedCodes) -> None:
    """However often."""
    codes.remember(SERIAL, "123456")
    assert [codes.is_used(SERIAL, code) for code in ("123456", "654321", "123456")] == [
        True,
        False,
        True,
    ]


def test_the_last_code_of_each_device_is_remembered(codes: ports.UsedCodes) -> None:
    """A later one takes the place of the one before, of the same device."""
    codes.remember(SERIAL, "111111")
    codes.remember("GAHT12345678", "333333")
    codes.remember(SERIAL, "222222")
    assert not codes.is_used(SERIAL, "111111")
    assert codes.is_used(SERIAL, "222222")
    assert codes.is_used("GAHT12345678", "333333")


@pytest.mark.parametrize(
    ("into_the_step", "seconds", "is_used"),
    [
        *((0, seconds, True) for seconds in (0, 29, 30, 119, 119.9)),
        *((0, seconds, False) for seconds in (120, 121)),
        *((20, 99, True), (20, 100, False)),
    ],
)
def test_a_code_is_forgotten_two_minutes_after_its_step_began(
    codes: ports.UsedCodes,
    clock: FakeClock,
    into_the_step: int,
    seconds: float,
    *,
    is_used: bool,
) -> None:
    """AWS rejects it by then; it may have been read as soon as the device showed it."""
    clock.advance(into_the_step)
    codes.remember(SERIAL, "123456")
    clock.advance(seconds)
    assert codes.is_used(SERIAL, "123456") == is_used


@pytest.mark.parametrize(("seconds", "is_used"), [(-29, True), (-30, False), (-3600, False)])
def test_a_clock_set_back_leaves_no_code_used_for_long(
    codes: ports.UsedCodes, clock: FakeClock, seconds: int, *, is_used: bool
) -> None:
    """By more than a step: the record means nothing then, and is forgotten."""
    codes.remember(SERIAL, "123456")
    clock.advance(seconds)
    assert codes.is_used(SERIAL, "123456") == is_used
    clock.advance(-seconds)
    assert codes.is_used(SERIAL, "123456") == is_used


@pytest.mark.parametrize("code", ["", "12345", "abcdef"])
def test_an_unknown_code_is_not_used(codes: ports.UsedCodes, code: str) -> None:
    """Also text that is no code."""
    assert not codes.is_used(SERIAL, code)
    codes.remember(SERIAL, "123456")
    assert not codes.is_used(SERIAL, code)


def test_using_a_code_again_starts_its_time_anew(codes: ports.UsedCodes, clock: FakeClock) -> None:
    """A code that may have been used twice counts from the later time."""
    codes.remember(SERIAL, "123456")
    clock.advance(90)
    codes.remember(SERIAL, "123456")
    clock.advance(90)
    assert codes.is_used(SERIAL, "123456")


@pytest.mark.parametrize(
    "serial", ["../../x", "a/b", "\x00", "\udcff", "ü" * 300, "$(touch x)", ""]
)
def test_any_serial_can_be_recorded(codes: ports.UsedCodes, serial: str) -> None:
    """Serials come from files, and may contain anything."""
    codes.remember(serial, "123456")
    assert codes.is_used(serial, "123456")
    assert not codes.is_used(serial, "654321")
