"""All profiles: the states of their sessions, logging out, and which one a name means."""

from __future__ import annotations

from datetime import timedelta

import pytest

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.records import Profile
from awscli_mfa_plugin.session.sections import session_of
from awscli_mfa_plugin.session.sessions import (
    EXPIRED,
    EXPIRING,
    NONE,
    UNKNOWN,
    VALID,
    LogoutResult,
    SessionStatus,
    have_more_left,
    logout,
    mfa_profile_names,
    missing_profile,
    nearest,
    session_statuses,
    status_of,
)
from tests.fakes import LONG_LIVED, NOW, SERIAL, FakeFiles, Fakes, session_section

MARKED = {"mfa_source_profile": "default", "mfa_serial": SERIAL, "region": "eu-west-1"}
TEMPORARY = {**LONG_LIVED, "aws_access_key_id": "ASIAADA", "aws_session_token": "token"}
MARKED = {"mfa_source_profile": "default", "mfa_serial": SERIAL}


def others(seconds: int) -> dict[str, str]:
    """Return a section with aws-vault's session that ends in so many seconds."""
    end = NOW + timedelta(seconds=seconds)
    return TEMPORARY | {"aws_credential_expiration": end.isoformat()}


STATES: dict[str, tuple[dict[str, str], str, int]] = {
    "just made": (session_section(), VALID, 43_200),
    "a second before the window": (session_section(age=43_200 - 901), VALID, 901),
    "inside the window": (session_section(age=43_200 - 899), EXPIRING, 899),
    "the last second": (session_section(age=43_199), EXPIRING, 1),
    "over": (session_section(age=43_200), EXPIRED, 0),
    "over for long": (session_section(age=10**6), EXPIRED, 0),
    "short, just made": (session_section(900), VALID, 900),
    "short, outside its window": (session_section(900, age=674), VALID, 226),
    "short, inside its window": (session_section(900, age=676), EXPIRING, 224),
    "an end that can't be read": (session_section(expiration="soon"), UNKNOWN, 0),
    "none": ({}, NONE, 0),
}


@pytest.mark.parametrize(("section", "state", "remaining"), STATES.values(), ids=STATES.keys())
def test_a_managed_session_has_a_state(section: dict[str, str], state: str, remaining: int) -> None:
    """By the expiry window."""
    status = status_of(Profile("mfa", MARKED, section), session_of, NOW)
    assert status is not None
    assert (status.profile, status.source_profile) == ("mfa", "default")
    assert (status.mfa_serial, status.tool) == (SERIAL, "")
    assert (status.state, status.remaining) == (state, remaining)


def test_a_state_has_expiration_and_duration() -> None:
    """For the bar that shows the time left."""
    status = status_of(Profile("mfa", MARKED, session_section(3600, age=600)), session_of, NOW)
    assert status == SessionStatus(
        "mfa", "default", SERIAL, VALID, NOW + timedelta(seconds=3000), 3000, 3600
    )


def test_a_state_without_a_session_has_no_expiration() -> None:
    """There is no bar to draw."""
    profile = Profile("mfa", MARKED)
    assert status_of(profile, session_of, NOW) == SessionStatus(
        "mfa", "default", SERIAL, NONE, None, 0, 0, ""
    )


OTHERS: dict[str, tuple[dict[str, str], str, int]] = {
    "valid": (others(901), VALID, 901),
    "inside the longest window": (others(899), EXPIRING, 899),
    "over": (others(0), EXPIRED, 0),
    "no end written": (TEMPORARY, UNKNOWN, 0),
    "an end that is no time": (TEMPORARY | {"awsmfa_expiration": "soon"}, UNKNOWN, 0),
}


@pytest.mark.parametrize("config", [{}, MARKED], ids=["unmanaged", "managed"])
@pytest.mark.parametrize(("section", "state", "remaining"), OTHERS.values(), ids=OTHERS.keys())
def test_another_tools_session_is_recognized(
    config: dict[str, str], section: dict[str, str], state: str, remaining: int
) -> None:
    """With the tool's name, also in a managed profile."""
    status = status_of(Profile("work", config, section), session_of, NOW)
    assert status is not None
    assert status.tool
    assert (status.state, status.remaining) == (state, remaining)
    assert (status.expiration is None) is (state == UNKNOWN)


def test_managed_profiles_and_sessions_are_shown_in_order() -> None:
    """Others aren't shown."""
    profiles = [
        Profile("z", {"mfa_session": "on"}),
        Profile("plain", {"region": "x"}),
        Profile("default", {}, LONG_LIVED),
        Profile("serial", {"mfa_serial": SERIAL, "role_arn": "x"}),
        Profile("off", {**MARKED, "mfa_session": "off"}),
        Profile("vault", {}, others(1000)),
        Profile("unmarked", {}, session_section()),
        Profile("merged", MARKED | session_section()),
    ]
    statuses = session_statuses(profiles, session_of, NOW)
    assert [(status.profile, status.state, bool(status.tool)) for status in statuses] == [
        ("z", NONE, False),
        ("vault", VALID, True),
        ("unmarked", VALID, False),
        ("merged", VALID, False),
    ]


def status(state: str, remaining: int = 0, tool: str = "") -> SessionStatus:
    """Return a status with what the exit code depends on."""
    return SessionStatus("a", "", "", state, remaining=remaining, tool=tool)


ENOUGH: dict[str, tuple[list[SessionStatus], int, bool]] = {
    "nothing is shown": ([], 0, False),
    "a valid one": ([status(VALID, 1000)], 0, True),
    "one that is over": ([status(EXPIRED)], 0, False),
    "one managed profile without a session": ([status(NONE)], 0, False),
    "an unknown end": ([status(UNKNOWN)], 0, False),
    "more than requested": ([status(VALID, 1001)], 1000, True),
    "exactly as much isn't more": ([status(VALID, 1000)], 1000, False),
    "all": ([status(VALID, 1001), status(EXPIRING, 1002)], 1000, True),
    "all but one": ([status(VALID, 1001), status(EXPIRING, 10)], 1000, False),
    "all but one without session": ([status(VALID, 1001), status(NONE)], 0, False),
    "another tool's doesn't spoil it": ([status(VALID, 9), status(EXPIRED, 0, "x")], 0, True),
    "another tool's doesn't save it": ([status(EXPIRED), status(VALID, 9, "x")], 0, False),
    "another tool's alone": ([status(VALID, 9, "x")], 0, True),
}


@pytest.mark.parametrize(("statuses", "wanted", "have"), ENOUGH.values(), ids=ENOUGH.keys())
def test_enough_is_left_if_a_session_is_shown_and_all_managed_ones_have_more(
    statuses: list[SessionStatus], wanted: int, have: object
) -> None:
    """This is the exit code of ``aws mfa status --min-remaining``."""
    assert have_more_left(statuses, wanted) is have
    assert have_more_left(iter(statuses), wanted) is have


MARKED = {"mfa_source_profile": "default", "mfa_serial": SERIAL, "region": "eu-west-1"}
END = NOW + timedelta(hours=12)


def test_logout_removes_only_the_session() -> None:
    """Settings, and what we didn't write, stay in both files."""
    files = FakeFiles({"mfa": MARKED}, {"default": LONG_LIVED, "mfa": session_section(output="x")})
    assert logout(["mfa"], Fakes(files=files).ports()) == (
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
def test_forget_removes_our_settings_too(
    before: dict[str, str], after: dict[str, str], had_mark: object
) -> None:
    """Other settings stay."""
    files = FakeFiles({"mfa": before}, {"mfa": session_section()})
    (result,) = logout(["mfa"], Fakes(files=files).ports(), forget=True)
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
    (result,) = logout(["mfa"], Fakes(files=files).ports())
    assert result == LogoutResult("mfa", had_session=False)
    assert files.config == config
    assert files.credentials == credentials
    assert files.writes == []


def test_a_session_without_a_valid_expiration_is_removed_too() -> None:
    """It isn't known how long copies are valid."""
    files = FakeFiles({}, {"mfa": session_section(expiration="soon")})
    assert logout(["mfa"], Fakes(files=files).ports()) == (LogoutResult("mfa", had_session=True),)
    assert files.credentials == {}


def test_a_session_that_another_process_removed_isnt_reported() -> None:
    """The result is what was there when the file was changed."""

    class Slower(FakeFiles):
        def remove_session(self, name: str) -> bool:
            self.credentials.pop(name)
            return super().remove_session(name)

    files = Slower({}, {"mfa": session_section()})
    assert logout(["mfa"], Fakes(files=files).ports()) == (LogoutResult("mfa", had_session=False),)


UNFIT: dict[str, tuple[str, str]] = {
    "missing": ("missing\x1b", "There is no profile 'missing\\x1b'."),
    "another tool's": ("work", "The session in profile work was written by awsume"),
}


@pytest.mark.parametrize(("name", "what"), UNFIT.values(), ids=UNFIT.keys())
def test_one_wrong_profile_stops_a_logout_of_several(name: str, what: str) -> None:
    """A missing one, or another tool's session; nothing is changed."""
    credentials = {"mfa": session_section(), "work": session_section(manager="awsume")}
    files = FakeFiles({}, credentials)
    with pytest.raises(ConfigurationError) as caught:
        logout(["mfa", name], Fakes(files=files).ports(), forget=True)
    assert what in caught.value.what
    assert caught.value.remedy
    assert files.credentials == credentials
    assert files.writes == []


def test_several_profiles_are_logged_out_in_order() -> None:
    """Each has its own result."""
    files = FakeFiles({"b": MARKED}, {"a": session_section(), "c": session_section(900)})
    results = logout(["c", "b", "a"], Fakes(files=files).ports())
    assert [(result.profile, result.had_session) for result in results] == [
        ("c", True),
        ("b", False),
        ("a", True),
    ]
    assert files.credentials == {}


def test_all_means_managed_profiles_and_those_with_our_session() -> None:
    """For ``--all``."""
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
    names = mfa_profile_names(Fakes(files=files).ports())
    assert names == ("on", "off-with-session", "marked", "session")


KNOWN = ("mfa", "mfa-work", "private-mfa")


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("mfaa", "mfa"),
        ("mf", "mfa"),
        ("maf", "mfa"),
        ("mfs", "mfa"),
        ("mfa-wrok", "mfa-work"),
        ("privatemfa", "private-mfa"),
        ("mfa-home", ""),
        ("work-mfa", ""),
        ("m", ""),
        ("", ""),
        ("production", ""),
    ],
)
def test_one_mistake_is_near(name: str, near: str) -> None:
    """Names of one kind, such as mfa-home and mfa-work, aren't."""
    assert nearest(name, KNOWN) == near


def test_the_error_suggests_the_name_that_was_meant() -> None:
    """Or how to make the profile."""
    assert str(missing_profile("mfaa", KNOWN)) == "There is no profile 'mfaa'.\nDid you mean 'mfa'?"
    assert missing_profile("a b", KNOWN).remedy == (
        "Log in to create it:  aws mfa login --profile 'a b'"
    )
