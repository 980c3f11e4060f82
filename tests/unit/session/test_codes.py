"""What is a token code, and when the next one appears."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awscli_mfa_plugin.session.token_codes import seconds_to_next_code, token_code
from tests.fakes import NOW

CODES = {
    "six digits": ("123456", "123456"),
    "leading zeros": ("000012", "000012"),
    "blanks around": ("  123456\n", "123456"),
    "a blank inside": ("123 456", "123456"),
    "a no-break blank inside": ("123\u00a0456", "123456"),
    "a hyphen inside": ("123-456", "123456"),
    "nothing": ("", None),
    "blanks alone": ("   ", None),
    "five digits": ("12345", None),
    "seven digits": ("1234567", None),
    "two codes": ("123456 654321", None),
    "letters": ("12345a", None),
    "a sign": ("+12345", None),
    "Arabic digits": ("١٢٣٤٥٦", None),
    "full-width digits": ("１２３４５６", None),  # noqa: RUF001 - that is the point
    "superscripts": ("¹²³⁴⁵⁶", None),
    "a line after it": ("123456\nx", None),
}


@pytest.mark.parametrize(("typed", "code"), CODES.values(), ids=CODES.keys())
def test_only_six_ascii_digits_are_a_code(typed: str, code: str | None) -> None:
    """Blanks and a hyphen don't matter; everything else does."""
    assert token_code(typed) == code


@given(st.text(alphabet=st.one_of(st.sampled_from("0123456789 -\t"), st.characters()), max_size=9))
def test_whatever_is_typed_a_code_is_six_ascii_digits_or_none(typed: str) -> None:
    """What passes may be sent to AWS, whose pattern takes nothing else."""
    code = token_code(typed)
    assert code is None or re.fullmatch("[0-9]{6}", code, re.ASCII)


@given(st.from_regex(re.compile(r"[0-9]{6}", re.ASCII), fullmatch=True), st.integers(1, 5))
def test_every_code_passes_in_two_groups(code: str, place: int) -> None:
    """People type a code as their device groups it."""
    for filling in ("", " ", "-"):
        assert token_code(code[:place] + filling + code[place:]) == code


NEXT = {
    "at the boundary a whole step": (0, 30),
    "within a second": (0.9, 30),
    "in the middle": (12, 18),
    "at the end": (29, 1),
    "in the last second": (29.9, 1),
    "in the next step": (31, 29),
}


@pytest.mark.parametrize(("after", "seconds"), NEXT.values(), ids=NEXT.keys())
def test_the_next_code_appears_at_the_next_step(after: float, seconds: int) -> None:
    """Steps are 30 s, counted from the epoch (RFC 6238)."""
    assert seconds_to_next_code(NOW + timedelta(seconds=after)) == seconds


def test_the_step_doesnt_depend_on_the_zone() -> None:
    """A zone with odd minutes shows the same moment."""
    zone = timezone(timedelta(hours=5, minutes=45, seconds=7))
    assert seconds_to_next_code((NOW + timedelta(seconds=12)).astimezone(zone)) == 18


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - zone below
def test_after_the_wait_a_new_step_has_begun(moment: datetime) -> None:
    """Whoever waits as long as told never meets the same code, and waits 30 s at most."""
    now = moment.replace(tzinfo=timezone.utc)
    seconds = seconds_to_next_code(now)
    then = now + timedelta(seconds=seconds)
    assert 1 <= seconds <= 30
    assert then.timestamp() // 30 == now.timestamp() // 30 + 1
