"""How long a session is asked for."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from awscli_mfa_plugin.session.expiry import resolve_duration
from awscli_mfa_plugin.session.records import Profile

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
def test_the_duration_is_the_options_then_the_profiles_then_twelve_hours(
    option: int | None, config: dict[str, str], seconds: int
) -> None:
    """900 to 129600 seconds, the bounds included."""
    assert resolve_duration(option, Profile("mfa", config)) == seconds


@pytest.mark.parametrize("option", [-1, 0, 1, 899, 129_601, 10**9])
def test_an_option_out_of_range_is_wrong_usage(option: int) -> None:
    """AWS isn't asked what can't be; the message holds the bounds."""
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
    """What stands in a file can't steer the terminal."""
    setting = "\x1b[2J" + "9" * 500
    with pytest.raises(ConfigurationError) as caught:
        resolve_duration(None, Profile("m\u202efa", {"duration_seconds": setting}))
    assert "\\x1b[2J" in caught.value.what
    assert "m\\u202efa" in caught.value.what
    assert len(caught.value.what) < 200
