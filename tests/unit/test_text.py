"""Foreign text on a terminal, and times in words."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from awscli_mfa_plugin.text import (
    PLAIN,
    Screen,
    Style,
    device_name,
    length_of_time,
    moment,
    quoted_list,
    sanitize,
    short_device,
    short_path,
    unified,
    wants_colors,
)
from tests.fakes import NOW

SHOWN = {
    "plain": ("work", "work"),
    "unicode": ("büro 東京", "büro 東京"),
    "markup, which steers nothing": ("<b>$(x)</b>", "<b>$(x)</b>"),
    "a newline": ("a\nb", "a\\nb"),
    "an escape sequence": ("\x1b[31mred", "\\x1b[31mred"),
    "a one-byte CSI": ("\x9b2J", "\\x9b2J"),
    "a right-to-left override": ("a\u202eb", "a\\u202eb"),
    "an isolate": ("a\u2066b", "a\\u2066b"),
    "a zero-width blank": ("a\u200bb", "a\\u200bb"),
    "a line separator": ("a\u2028b", "a\\u2028b"),
    "a lone surrogate": ("a\udcffb", "a\\udcffb"),
    "another object": (12, "12"),
    "300 characters": ("x" * 300, "x" * 300),
    "301 characters": ("x" * 301, "x" * 299 + "…"),
    "300 that grow": ("\x1b" * 300, ("\\x1b" * 75)[:299] + "…"),
}


@pytest.mark.parametrize(("text", "result"), SHOWN.values(), ids=SHOWN.keys())
def test_foreign_text_is_shown_escaped_on_one_line_and_cut(text: object, result: str) -> None:
    """At 300 characters."""
    assert sanitize(text) == result


@given(st.text(st.characters(exclude_categories=()), max_size=400), st.integers(1, 350))
@example("\u202e" * 400, 300)
@example("\x1b]0;title\x07", 5)
def test_foreign_text_never_controls_the_terminal(text: str, limit: int) -> None:
    """It has no control or bidirectional characters, and never more than the limit."""
    result = sanitize(text, limit)
    assert len(result) <= limit
    assert result.isprintable() or all(unicodedata.category(c) == "Zs" for c in unprintable(result))
    assert not [c for c in result if unicodedata.bidirectional(c) in BIDIRECTIONAL_CONTROLS]
    assert len(result.splitlines()) <= 1
    result.encode("utf-8")


BIDIRECTIONAL_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI", "B", "S"}


def unprintable(text: str) -> list[str]:
    """Return the characters that Python wouldn't print."""
    return [character for character in text if not character.isprintable()]


@given(st.text(st.sampled_from("abcXYZ 019:/@-_äß東"), max_size=300))
def test_harmless_text_is_unchanged(text: str) -> None:
    """Nothing is escaped without need."""
    assert sanitize(text) == text


def test_names_are_listed_with_commas_each_escaped() -> None:
    """A name can't add a line."""
    assert quoted_list(["a", "b\n", "c"]) == "a, b\\n, c"
    assert quoted_list([]) == ""


PATHS = {
    "in the home folder": ("/home/ana/.aws/config", "/home/ana", "~/.aws/config"),
    "the home folder itself": ("/home/ana", "/home/ana/", "~"),
    "of another user whose name starts alike": ("/home/anabel/x", "/home/ana", "/home/anabel/x"),
    "elsewhere": ("/etc/x", "/home/ana", "/etc/x"),
    "without a home folder": ("/etc/x", "", "/etc/x"),
    "home is the root": ("/etc/x", "/", "/etc/x"),
    "on Windows": (r"C:\Users\ana\.aws\config", r"C:\Users\ana", r"~\.aws\config"),
    "with a newline": ("/home/ana/a\nb", "/home/ana", "~/a\\nb"),
}


@pytest.mark.parametrize(("path", "home", "shown"), PATHS.values(), ids=PATHS.keys())
def test_a_path_in_the_home_folder_starts_with_a_tilde(path: str, home: str, shown: str) -> None:
    """All other paths stay whole."""
    assert short_path(path, home) == shown


DEVICES = {
    "virtual": ("arn:aws:iam::123456789012:mfa/ana-phone", "ana-phone"),
    "virtual, with a path": ("arn:aws:iam::123456789012:mfa/team/ana-phone", "team/ana-phone"),
    "a security key": ("arn:aws:iam::1:u2f/user/ana/key-ABC", "key-ABC"),
    "an ARN without a name": ("arn:aws:iam::1:root", "arn:aws:iam::1:root"),
    "hardware": ("GAHT12345678", "GAHT12345678"),
    "with an escape sequence": ("arn:aws:iam::123456789012:mfa/a\x1b[2J", "a\\x1b[2J"),
}


@pytest.mark.parametrize(("serial", "shown"), DEVICES.values(), ids=DEVICES.keys())
def test_a_device_has_a_short_name(serial: str, shown: str) -> None:
    """What follows 'mfa/' in its ARN, or a hardware device's serial."""
    assert short_device(serial) == shown


def test_a_short_name_is_used_only_where_it_is_unique() -> None:
    """Two devices of a user can have the same one."""
    virtual, hardware = "arn:aws:iam::123456789012:mfa/GAHT12345678", "GAHT12345678"
    assert device_name(virtual, (virtual, "GAHT00000000")) == "GAHT12345678"
    assert device_name(virtual, (virtual, hardware)) == virtual


LENGTHS = {
    "nothing": (0, "0 s"),
    "less than nothing": (-3, "0 s"),
    "a started second": (12.9, "12 s"),
    "minutes and seconds": (270, "4 min 30 s"),
    "whole minutes": (240, "4 min"),
    "an hour": (3600, "1 h"),
    "hours and minutes": (43_080, "11 h 58 min"),
    "the longest session": (129_600, "36 h"),
}


@pytest.mark.parametrize(("seconds", "text"), LENGTHS.values(), ids=LENGTHS.keys())
def test_a_duration_in_words(seconds: float, text: str) -> None:
    """In its largest units."""
    assert length_of_time(seconds) == text


MOMENTS = {
    "today": (timedelta(hours=12), "22:00"),
    "a moment ago": (timedelta(seconds=-1), "09:59"),
    "tomorrow by the local day": (timedelta(hours=14), "tomorrow 00:00"),
    "the day after": (timedelta(hours=38), "2026-11-26 00:00"),
    "yesterday": (timedelta(hours=-11), "2026-11-23 23:00"),
}


@pytest.mark.parametrize(("after", "text"), MOMENTS.values(), ids=MOMENTS.keys())
def test_a_time_is_shown_in_the_zone_of_now(after: timedelta, text: str) -> None:
    """With its day unless that is today."""
    now = NOW.astimezone(timezone(timedelta(hours=1)))
    assert moment(NOW + after, now) == text


def test_a_time_may_have_any_zone() -> None:
    """It is the same moment."""
    west = timezone(timedelta(hours=-8))
    assert moment(datetime(2026, 11, 24, 2, 0, tzinfo=west), NOW) == "10:00"


COLORS = {
    "a terminal": (None, {}, "terminal", "colors"),
    "a terminal, auto": (
        "auto",
        {"TERM": "xterm", "NO_COLOR": "", "CLICOLOR": "1"},
        "terminal",
        "colors",
    ),
    "a pipe": ("auto", {"TERM": "xterm", "CLICOLOR": "1"}, "pipe", "none"),
    "NO_COLOR": ("auto", {"NO_COLOR": "1"}, "terminal", "none"),
    "CLICOLOR=0": ("auto", {"CLICOLOR": "0"}, "terminal", "none"),
    "a terminal that knows no codes": ("auto", {"TERM": "dumb"}, "terminal", "none"),
    "off": ("off", {}, "terminal", "none"),
    "on": ("on", {"NO_COLOR": "1", "CLICOLOR": "0", "TERM": "dumb"}, "pipe", "colors"),
}


@pytest.mark.parametrize(
    ("option", "environment", "stream", "has_colors"), COLORS.values(), ids=COLORS.keys()
)
def test_the_option_decides_about_colors_then_the_environment(
    option: str | None, environment: dict[str, str], stream: str, has_colors: str
) -> None:
    """``on`` and ``off`` win over everything."""
    found = wants_colors(option, environment, is_terminal=stream == "terminal")
    assert found is (has_colors == "colors")


def test_text_is_colored_only_where_colors_are_on() -> None:
    """By the codes that every terminal knows, and each is ended."""
    on = Style(is_on=True)
    assert [color("x") for color in (on.red, on.green, on.yellow, on.dim)] == [
        "\x1b[31mx\x1b[0m",
        "\x1b[32mx\x1b[0m",
        "\x1b[33mx\x1b[0m",
        "\x1b[2mx\x1b[0m",
    ]
    assert PLAIN.red("x") == "x"
    assert on.dim("") == ""


def test_a_sentence_is_broken_between_words_where_the_screen_ends() -> None:
    """No word is cut, and nothing is broken where the width isn't known."""
    sentence = "~/.aws/config has mode 0644"
    assert Screen().wrapped(sentence) == sentence
    assert Screen(columns=len(sentence)).wrapped(sentence) == sentence
    assert Screen(columns=12).wrapped(sentence) == "~/.aws/config\n  has mode\n  0644"


BEFORE = """\
[default]
aws_secret_access_key = wJalrXUtnFEMI
mfa_process = totp JBSWY3DPEHPK3PXP
credential_process = v --pw hunter2
sso_client_secret = hunter3
q = !curl -H "token: hunter4"
# aws_secret_access_key = hunter6
; mfa_process=totp hunter7
cli_history = enabled
  --pw=hunter8
region = eu-west-1
"""
SECRETS = [
    "wJalrXUtnFEMI",
    "JBSWY3DPEHPK3PXP",
    "hunter2",
    "hunter3",
    "hunter4",
    "hunter6",
    "hunter7",
    "hunter8",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_the_context_of_a_change_shows_no_secret(secret: str) -> None:
    """Unchanged lines are masked: diffs get copied into tickets."""
    for added in ("output = json\n", "aws_session_token = hunter5\n"):
        lines = BEFORE.splitlines(keepends=True)
        for at in range(1, len(lines) + 1):
            after = "".join([*lines[:at], added, *lines[at:]])
            shown = unified("config", BEFORE.encode(), after.encode())
            assert secret not in shown
            assert "hunter5" not in shown


def test_changed_lines_are_shown_whole() -> None:
    """The user must see a command that is about to be written."""
    after = f"{BEFORE}mfa_process2 = pass otp aws\n"
    shown = unified("config", BEFORE.encode(), after.encode())
    assert "+mfa_process2 = pass otp aws" in shown
    assert " region = eu-west-1" in shown
