"""Logging out: our session goes, everything else stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.logout import LogoutResult, logout, managed_names
from tests.fakes import LONG_LIVED, NOW, SERIAL, FakeFiles, World, session_section

MARKED = {"mfa_source_profile": "default", "mfa_serial": SERIAL, "region": "eu-west-1"}
END = NOW + timedelta(hours=12)


def test_the_session_goes_and_the_rest_stays() -> None:
    """The mark, and what we didn't write, in both files."""
    files = FakeFiles({"mfa": MARKED}, {"default": LONG_LIVED, "mfa": session_section(output="x")})
    assert logout(["mfa"], World(files=files).ports()) == (
        LogoutResult("mfa", had_session=True, expiration=END),
    )
    assert files.config == {"mfa": MARKED}
    assert files.credentials == {"default": LONG_LIVED, "mfa": {"output": "x"}}


FORGOTTEN: dict[str, tuple[dict[str, str], dict[str, str], bool]] = {
    "the mark": (MARKED, {"mfa_serial": SERIAL, "region": "eu-west-1"}, True),
    "the switch": ({"mfa_session": "on", "region": "x"}, {"region": "x"}, True),
    "neither": ({"region": "x"}, {"region": "x"}, False),
}


@pytest.mark.parametrize(("before", "after", "had_mark"), FORGOTTEN.values(), ids=FORGOTTEN.keys())
def test_forget_takes_the_mark_too(
    before: dict[str, str], after: dict[str, str], had_mark: object
) -> None:
    """And leaves the other settings."""
    files = FakeFiles({"mfa": before}, {"mfa": session_section()})
    (result,) = logout(["mfa"], World(files=files).ports(), forget=True)
    assert (result.had_session, result.had_mark) == (True, had_mark)
    assert files.config == {"mfa": after}
    assert files.credentials == {}


NO_SESSIONS = {
    "none": ({"mfa": MARKED}, {}),
    "long-lived keys": ({"mfa": MARKED}, {"mfa": LONG_LIVED}),
}


@pytest.mark.parametrize(("config", "credentials"), NO_SESSIONS.values(), ids=NO_SESSIONS.keys())
def test_where_there_is_no_session_nothing_changes(
    config: dict[str, dict[str, str]], credentials: dict[str, dict[str, str]]
) -> None:
    """The result says so."""
    files = FakeFiles(config, credentials)
    (result,) = logout(["mfa"], World(files=files).ports())
    assert result == LogoutResult("mfa", had_session=False)
    assert files.config == config
    assert files.credentials == credentials
    assert files.writes == []


def test_a_session_whose_end_cant_be_read_goes_too() -> None:
    """Until when AWS honours it isn't known then."""
    files = FakeFiles({}, {"mfa": session_section(expiration="soon")})
    assert logout(["mfa"], World(files=files).ports()) == (LogoutResult("mfa", had_session=True),)
    assert files.credentials == {}


def test_a_session_that_another_process_removed_first_isnt_claimed() -> None:
    """What counts is what was there when the file was changed."""

    class Slower(FakeFiles):
        def remove_session(self, name: str) -> bool:
            self.credentials.pop(name)
            return super().remove_session(name)

    files = Slower({}, {"mfa": session_section()})
    assert logout(["mfa"], World(files=files).ports()) == (LogoutResult("mfa", had_session=False),)


UNFIT: dict[str, tuple[str, str]] = {
    "missing": ("missing\x1b", "Profile missing\\x1b doesn't exist."),
    "another tool's": ("work", "The session in profile work was written by awsume"),
}


@pytest.mark.parametrize(("name", "what"), UNFIT.values(), ids=UNFIT.keys())
def test_one_unfit_profile_stops_all_before_anything_is_changed(name: str, what: str) -> None:
    """One that doesn't exist, or another tool's session."""
    credentials = {"mfa": session_section(), "work": session_section(manager="awsume")}
    files = FakeFiles({}, credentials)
    with pytest.raises(ConfigurationError) as caught:
        logout(["mfa", name], World(files=files).ports(), forget=True)
    assert what in caught.value.what
    assert caught.value.remedy
    assert files.credentials == credentials
    assert files.writes == []


def test_several_profiles_are_logged_out_in_order() -> None:
    """Each has its own result."""
    files = FakeFiles({"b": MARKED}, {"a": session_section(), "c": session_section(900)})
    results = logout(["c", "b", "a"], World(files=files).ports())
    assert [(result.profile, result.had_session) for result in results] == [
        ("c", True),
        ("b", False),
        ("a", True),
    ]
    assert files.credentials == {}


def test_the_managed_profiles_and_those_with_our_session_are_all() -> None:
    """What ``--all`` means."""
    files = FakeFiles(
        {
            "on": {"mfa_session": "on"},
            "off": {**MARKED, "mfa_session": "off"},
            "off-with-session": {"mfa_session": "off"},
            "serial": {"mfa_serial": SERIAL},
            "marked": MARKED,
        },
        {
            "default": LONG_LIVED,
            "off-with-session": session_section(),
            "session": session_section(),
            "work": session_section(manager="awsume"),
        },
    )
    names = managed_names(World(files=files).ports())
    assert names == ("on", "off-with-session", "marked", "session")
