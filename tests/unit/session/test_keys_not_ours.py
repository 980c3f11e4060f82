"""No login, renewal or logout replaces or removes an access key that a login didn't write."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.console.credential_process import fast_path
from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.profiles import SharedConfigFiles
from awscli_mfa_plugin.files.session_cache import SessionCache
from awscli_mfa_plugin.session.login import login
from awscli_mfa_plugin.session.plan import LoginRequest
from awscli_mfa_plugin.session.records import Profile, is_long_lived, is_written_key
from awscli_mfa_plugin.session.sections import other_session, session_lines, session_of
from awscli_mfa_plugin.session.sessions import logout, mfa_profile_names
from awscli_mfa_plugin.session.source import why_not_source
from tests.fakes import LONG_LIVED, SERIAL, FakeFiles, Fakes, FakeTerminal, session_section
from tests.unit.store import state_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Section = dict[str, str]

MARKED = {"mfa_source_profile": "default", "mfa_serial": SERIAL, "region": "eu-west-1"}
ON = {"mfa_session": "on", "mfa_serial": SERIAL, "region": "eu-west-1"}
NEW_KEYS = {"aws_access_key_id": "AKIANEW", "aws_secret_access_key": "the only copy"}
LEFT = ("aws_session_token", "expiration", "issued", "issued_key", "manager")


def old(**changes: str) -> Section:
    """Return a section with an expired session of ours."""
    return session_section(age=50_000) | changes


def of_released() -> Section:
    """Return a section as version 0.1.0 writes it."""
    return {name: value for name, value in old().items() if name != "issued_key"}


FOREIGN: dict[str, Section] = {
    "a long-lived key over a session": old() | NEW_KEYS,
    "a long-lived key over a session of version 0.1.0": of_released() | NEW_KEYS,
    "a long-lived key, and the other lines of a valid session": session_section() | NEW_KEYS,
    "only the ID was replaced": old(aws_access_key_id="AKIANEW"),
    "only the secret was replaced": old(aws_secret_access_key="the only copy"),
    "another temporary key": old(aws_access_key_id="ASIANEW", aws_secret_access_key="another"),
    "a key of an AWS with other IDs": old(aws_access_key_id="LKIA1", aws_secret_access_key="x"),
    "a secret whose ID is missing": {
        name: value for name, value in old().items() if name != "aws_access_key_id"
    },
}


@pytest.mark.parametrize("section", FOREIGN.values(), ids=FOREIGN.keys())
def test_only_the_key_says_whose_session_it_is(section: Section) -> None:
    """Not other lines of an old session."""
    assert not is_written_key(section)
    assert not Profile("mfa", MARKED, section).is_ours
    assert session_of(Profile("mfa", MARKED, section)) is None
    assert {"aws_access_key_id", "aws_secret_access_key"}.isdisjoint(session_lines(section))


WAYS: dict[str, Callable[[Fakes], object]] = {
    "login": lambda fakes: login(LoginRequest("mfa", token_code="111111"), fakes.ports()),
    "login --force": lambda fakes: login(
        LoginRequest("mfa", token_code="111111", force=True), fakes.ports()
    ),
    "a renewal": lambda fakes: login(
        LoginRequest("mfa", token_code="111111", reason="due"), fakes.ports()
    ),
    "login with itself": lambda fakes: login(
        LoginRequest("mfa", token_code="111111", source_profile="mfa"), fakes.ports()
    ),
    "logout": lambda fakes: logout(["mfa"], fakes.ports()),
    "logout --forget": lambda fakes: logout(["mfa"], fakes.ports(), forget=True),
    "logout --all": lambda fakes: logout(mfa_profile_names(fakes.ports()), fakes.ports()),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
@pytest.mark.parametrize("config", [MARKED, ON, {}], ids=["marked", "on", "unmanaged"])
@pytest.mark.parametrize("section", FOREIGN.values(), ids=FOREIGN.keys())
def test_no_command_changes_the_key(
    section: Section, config: Section, way: Callable[[Fakes], object]
) -> None:
    """Some refuse, some continue; key and secret stay."""
    files = FakeFiles({"mfa": config}, {"default": LONG_LIVED, "mfa": section})
    with contextlib.suppress(ConfigurationError):
        way(Fakes(files=files))
    for name in ("aws_access_key_id", "aws_secret_access_key"):
        assert files.credentials["mfa"].get(name) == section.get(name)


@pytest.mark.parametrize("section", [old(), of_released()], ids=["this version", "0.1.0"])
def test_our_own_session_is_still_renewed_and_removed(section: Section) -> None:
    """Also one that the released version wrote."""
    files = FakeFiles({"mfa": MARKED}, {"default": LONG_LIVED, "mfa": section})
    login(LoginRequest("mfa", token_code="111111"), Fakes(files=files).ports())
    assert files.credentials["mfa"]["aws_access_key_id"] == "ASIA1"
    files = FakeFiles({"mfa": MARKED}, {"default": LONG_LIVED, "mfa": section})
    logout(["mfa"], Fakes(files=files).ports())
    assert "mfa" not in files.credentials


def test_a_session_that_the_released_version_renewed_is_ours() -> None:
    """It doesn't change the older ``issued_key``."""
    renewed = session_section(issued_key=old()["issued_key"]) | {
        "aws_access_key_id": "ASIARENEWED",
        "aws_secret_access_key": "renewed",
    }
    assert is_written_key(renewed)


def test_sessions_with_unusual_key_ids_are_ours() -> None:
    """By the digest that a login wrote, whatever the ID looks like."""
    files = FakeFiles({"mfa": MARKED}, {"default": LONG_LIVED})
    session = session_of(Profile("mfa", {}, session_section()))
    assert session is not None
    files.write_session("mfa", replace(session, access_key_id="AKIASESSION"))
    assert files.profile("mfa").is_ours
    assert not files.profile("mfa").has_own_keys


def test_login_refuses_plainly_beside_another_source() -> None:
    """The error says what is there, that it stays, and two remedies."""
    files = FakeFiles({"mfa": MARKED}, {"default": LONG_LIVED, "mfa": old() | NEW_KEYS})
    with pytest.raises(ConfigurationError) as caught:
        login(LoginRequest("mfa", token_code="111111"), Fakes(files=files).ports())
    assert "has its own long-lived keys, next to lines of an old session" in caught.value.what
    assert ", ".join(session_lines(old() | NEW_KEYS)) in caught.value.what
    assert "aws mfa login --profile mfa --source-profile mfa" in caught.value.remedy
    assert files.writes == []


def test_login_with_the_new_keys_removes_the_old_lines_and_says_so() -> None:
    """AWS refuses a long-lived key with a token; the session goes to the CLI's cache."""
    files = FakeFiles({"mfa": MARKED}, {"default": LONG_LIVED, "mfa": old(x="y") | NEW_KEYS})
    fakes = Fakes(files=files)
    login(LoginRequest("mfa", token_code="111111", source_profile="mfa"), fakes.ports())
    assert files.credentials["mfa"] == NEW_KEYS | {"x": "y"}
    assert files.cached["mfa"].access_key_id == "ASIA1"
    assert fakes.sts.calls[0].access_key_id == "AKIANEW"
    assert any("Removed lines of an old session" in note for note in fakes.notes)
    assert files.config["mfa"]["mfa_source_profile"] == "mfa"
    fakes.clock.advance(50_000)
    login(LoginRequest("mfa", token_code="222222"), fakes.ports())
    assert files.cached["mfa"].access_key_id == "ASIA2"


def test_logout_removes_the_old_lines_and_says_that_the_key_stays() -> None:
    """The profile works again as plain keys."""
    files = FakeFiles({"mfa": MARKED}, {"mfa": old() | NEW_KEYS})
    (result,) = logout(["mfa"], Fakes(files=files).ports())
    assert (result.had_session, result.kept_key) == (True, True)
    assert files.credentials["mfa"] == NEW_KEYS


def test_logout_names_the_lines_beside_keys_of_others() -> None:
    """The token may be theirs, so nothing is removed."""
    section = FOREIGN["another temporary key"]
    files = FakeFiles({"mfa": MARKED}, {"mfa": section})
    with pytest.raises(ConfigurationError, match="issued_key and manager"):
        logout(["mfa"], Fakes(files=files).ports())
    assert files.credentials["mfa"] == section


def test_our_lines_without_a_key() -> None:
    """Somebody removed the key by hand: a login writes a new one, a logout removes the lines."""
    section = {name: value for name, value in old().items() if not name.startswith("aws_")}
    section["aws_session_token"] = "left"
    assert other_session(Profile("mfa", {}, section)) is None
    files = FakeFiles({"mfa": MARKED}, {"default": LONG_LIVED, "mfa": section})
    login(LoginRequest("mfa", token_code="111111"), Fakes(files=files).ports())
    assert files.profile("mfa").is_ours
    assert session_lines(section)


def test_keys_that_got_into_the_config_file_stay_there() -> None:
    """Only our session in the credentials file is used and removed."""
    files = FakeFiles({"mfa": MARKED | NEW_KEYS}, {"default": LONG_LIVED, "mfa": old()})
    login(LoginRequest("mfa", token_code="111111"), Fakes(files=files).ports())
    logout(["mfa"], Fakes(files=files).ports())
    assert files.config["mfa"] == MARKED | NEW_KEYS
    assert "mfa" not in files.credentials


def test_a_session_without_a_secret_is_ignored() -> None:
    """It can't sign anything."""
    section = {n: v for n, v in of_released().items() if n != "aws_secret_access_key"}
    assert session_of(Profile("mfa", {}, section)) is None


def test_a_source_with_an_old_token_works() -> None:
    """Only the long-lived key is used."""
    files = FakeFiles({}, {"default": LONG_LIVED | {"aws_session_token": "left"}})
    assert why_not_source(files.profile("default")) == ""
    fakes = Fakes(files=files)
    login(LoginRequest("mfa", token_code="111111"), fakes.ports())
    assert fakes.sts.calls[0].access_key_id == LONG_LIVED["aws_access_key_id"]


COMING: dict[str, Section] = {
    "long-lived": NEW_KEYS,
    "over the session": old() | NEW_KEYS,
    "temporary": {**NEW_KEYS, "aws_access_key_id": "ASIANEW", "aws_session_token": "new"},
}


@pytest.mark.parametrize("section", COMING.values(), ids=COMING.keys())
def test_keys_that_appear_during_the_prompt_stay(section: Section) -> None:
    """The profile is checked again at the write."""
    files = FakeFiles({"mfa": MARKED}, {"default": LONG_LIVED, "mfa": old()})

    class Slow(FakeTerminal):
        def ask(self, question: str, *, hidden: bool = False) -> str:
            files.credentials["mfa"] = dict(section)
            return super().ask(question, hidden=hidden)

    with pytest.raises(ConfigurationError, match="during the login"):
        login(LoginRequest("mfa"), Fakes(files=files, terminal=Slow("111111")).ports())
    assert files.credentials["mfa"] == section
    assert files.cached == {}


def test_another_tools_expired_session_may_be_replaced_at_the_write() -> None:
    """One without a known end may not."""
    theirs = {**NEW_KEYS, "aws_access_key_id": "ASIA9", "aws_session_token": "t", "manager": "x"}
    expired = theirs | {"expiration": "2026-11-24T08:00:00Z"}
    files = FakeFiles({"mfa": MARKED}, {"default": LONG_LIVED, "mfa": expired})
    login(LoginRequest("mfa", token_code="111111"), Fakes(files=files).ports())
    assert files.profile("mfa").get("aws_access_key_id") == "ASIA1"


def files_in(home: Path) -> tuple[Path, SharedConfigFiles]:
    """Return the path of a credentials file in that home, and the real files."""
    path, locks = home / "credentials", Locks(state_folder(home))
    cache = SessionCache(str(home / "cache"), str(path), locks)
    return path, SharedConfigFiles.on_disk(str(home / "config"), str(path), locks, cache)


def test_the_file_is_checked_under_the_lock(tmp_path: Path) -> None:
    """The check reads the document that is replaced, not the one from before."""
    credentials, files = files_in(tmp_path)
    session = session_of(Profile("mfa", {}, session_section()))
    assert session is not None
    for section in FOREIGN.values():
        lines = "".join(f"{name} = {value}\n" for name, value in section.items())
        credentials.write_text(f"[mfa]\n{lines}")
        with contextlib.suppress(ConfigurationError):
            files.write_session("mfa", session)
        if section.get("aws_access_key_id", "").startswith("AKIA"):
            files.remove_session("mfa")
        kept = credentials.read_text()
        for name in ("aws_access_key_id", "aws_secret_access_key"):
            if name in section:
                assert f"{name} = {section[name]}\n" in kept


@pytest.mark.parametrize("section", FOREIGN.values(), ids=FOREIGN.keys())
def test_the_fast_path_of_credential_process_ignores_other_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, section: Section
) -> None:
    """By the same rules."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    folder = tmp_path / ".aws"
    folder.mkdir()
    (folder / "config").write_text("[profile mfa]\nmfa_source_profile = default\n")
    section = section | {"expiration": "2999-01-01T00:00:00+00:00"}
    lines = "".join(f"{name} = {value}\n" for name, value in section.items())
    (folder / "credentials").write_text(f"[mfa]\n{lines}")
    with contextlib.suppress(KeyError):  # left to the full rules
        assert fast_path("mfa", {"HOME": str(tmp_path)}) == ""


def test_a_long_lived_key_is_recognized_whatever_is_beside_it() -> None:
    """Lines of the plugin or of another tool."""
    assert is_long_lived(NEW_KEYS | {"aws_session_token": "t", "manager": "awsume"})
    assert is_long_lived(NEW_KEYS | {"aws_security_token": "t"})
    assert Profile("a", {}, NEW_KEYS | {"aws_session_token": "t"}).has_own_keys


EMPTY = {
    "alone": b"[mfa]\n",
    "before another": b"[mfa]\n\n[default]\naws_access_key_id = AKIA1\n",
    "without a last newline": b"[default]\naws_access_key_id = AKIA1\n\n[mfa]",
    "with blank lines": b"\n\n[mfa]\n\n\n[z]\nregion = x\n",
    "CRLF": b"[default]\r\nregion = x\r\n[mfa]\r\n",
    "a comment in it": b"[mfa]\n# mine\n",
    "missing": b"[default]\nregion = x\n",
}


@pytest.mark.parametrize("content", EMPTY.values(), ids=EMPTY.keys())
@pytest.mark.parametrize("renewals", [0, 1])
def test_an_empty_section_survives_its_session(
    tmp_path: Path, content: bytes, renewals: int
) -> None:
    """Byte for byte: a logout removes a section only if the login made it."""
    path, files = files_in(tmp_path)
    path.write_bytes(content)
    session = session_of(Profile("mfa", {}, session_section()))
    assert session is not None
    for number in range(renewals + 1):
        files.write_session("mfa", replace(session, access_key_id=f"ASIA{number}"))
    assert files.remove_session("mfa")
    assert path.read_bytes() == content
