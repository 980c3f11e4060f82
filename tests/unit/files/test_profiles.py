"""Where a session is stored: the rule over files in memory, and over those on disk."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import pytest

from awscli_mfa_plugin.errors import ConfigurationError, UnwritableFileError
from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.profiles import SharedConfigFiles
from awscli_mfa_plugin.files.session_cache import SessionCache
from awscli_mfa_plugin.session.records import Session
from awscli_mfa_plugin.session.sections import session_options
from tests.fakes import LONG_LIVED, NOW, FakeFiles, ini, session_section
from tests.unit.store import state_folder

if TYPE_CHECKING:
    from pathlib import Path

    from awscli_mfa_plugin.session.ports import SharedFiles
    from tests.fakes import Sections

SESSION = Session("ASIA1", "secret-1", "token//1==", NOW + timedelta(hours=12), NOW)
OTHER = replace(SESSION, access_key_id="ASIA2", session_token="token-2")
FOREIGN = {
    "aws_access_key_id": "ASIAX",
    "aws_secret_access_key": "secret-x",
    "aws_session_token": "token-x",
}
OURS = session_section()


class Edge(Protocol):
    """Makes the files of one kind; a section is given by the name of its profile."""

    def files(self, config: Sections, credentials: Sections) -> SharedFiles:
        """Return files that hold these sections."""

    def unwritable(self) -> SharedFiles:
        """Return files whose credentials can't be written."""


class Fake:
    """Makes files in memory."""

    def files(self, config: Sections, credentials: Sections) -> FakeFiles:
        """Return files that hold these sections."""
        return FakeFiles(config, credentials)

    def unwritable(self) -> FakeFiles:
        """Return files that refuse."""
        files = FakeFiles()
        files.refusal = UnwritableFileError("It", "can't be written", "Move it.")
        return files


class Real:
    """Makes files on disk, in a home of their own."""

    def __init__(self, home: Path) -> None:
        """Keep the home."""
        self._home = home

    def files(self, config: Sections, credentials: Sections) -> SharedConfigFiles:
        """Return files that hold these sections."""
        aws = self._home / ".aws"
        aws.mkdir(mode=0o700)
        named = {name if name == "default" else f"profile {name}": config[name] for name in config}
        (aws / "config").write_text(ini(named), encoding="utf-8")
        (aws / "credentials").write_text(ini(credentials), encoding="utf-8")
        return self._at(aws)

    def unwritable(self) -> SharedConfigFiles:
        """Return files in a folder that is none."""
        (self._home / "file").write_text("")
        return self._at(self._home / "file")

    def _at(self, folder: Path) -> SharedConfigFiles:
        credentials = str(folder / "credentials")
        locks = Locks(state_folder(self._home))
        cache = SessionCache(str(self._home / "cache"), credentials, locks)
        return SharedConfigFiles.on_disk(str(folder / "config"), credentials, locks, cache)


@pytest.fixture(params=["fake", "real"])
def edge(request: pytest.FixtureRequest, tmp_path: Path) -> Edge:
    """Return what makes the files."""
    return Fake() if request.param == "fake" else Real(tmp_path)


def test_a_profile_is_both_of_its_sections(edge: Edge) -> None:
    """Each by itself, and nothing of any other profile."""
    files = edge.files(
        {"work": {"region": "eu-west-1"}, "default": {"output": "json"}},
        {"work": LONG_LIVED, "other": FOREIGN},
    )
    work = files.profile("work")
    assert (work.name, dict(work.config)) == ("work", {"region": "eu-west-1"})
    assert dict(work.credentials) == LONG_LIVED
    assert dict(files.profile("default").config) == {"output": "json"}
    assert dict(files.profile("default").credentials) == {}
    assert dict(files.profile("other").credentials) == FOREIGN


def test_a_profile_that_isnt_there_is_empty(edge: Edge) -> None:
    """It doesn't exist and has no session, and reading it creates nothing."""
    files = edge.files({"work": {"region": "eu-west-1"}}, {})
    profile = files.profile("mfa")
    assert not profile.exists
    assert files.session_of(profile) is None
    assert files.profile_names() == ("work",)


def test_profile_names_are_listed_once(edge: Edge) -> None:
    """Those of the config file first, in the order of the files."""
    files = edge.files(
        {"zeta": {"region": "r"}, "default": {"region": "r"}},
        {"mfa": OURS, "default": LONG_LIVED, "alpha": LONG_LIVED},
    )
    assert files.profile_names() == ("zeta", "default", "mfa", "alpha")


def test_a_session_is_written_into_the_credentials_section(edge: Edge) -> None:
    """Every SDK reads it from a profile without keys of its own."""
    files = edge.files({"mfa": {"region": "eu-west-1"}}, {"default": LONG_LIVED})
    files.write_session("mfa", SESSION)
    profile = files.profile("mfa")
    assert dict(profile.credentials) == session_options(SESSION)
    assert dict(profile.config) == {"region": "eu-west-1"}
    assert files.session_of(profile) == SESSION
    assert dict(files.profile("default").credentials) == LONG_LIVED


def test_a_session_replaces_the_previous_one(edge: Edge) -> None:
    """And an old security token; other settings of the section stay."""
    section = {"region": "eu-west-1", **OURS, "aws_security_token": "old"}
    files = edge.files({}, {"mfa": section})
    files.write_session("mfa", SESSION)
    files.write_session("mfa", OTHER)
    profile = files.profile("mfa")
    assert dict(profile.credentials) == {"region": "eu-west-1", **session_options(OTHER)}
    assert files.session_of(profile) == OTHER


@pytest.mark.parametrize("place", ["config", "credentials"])
def test_long_lived_keys_stay_and_their_session_is_cached(edge: Edge, place: str) -> None:
    """In whichever file the keys are: no byte of the sections changes."""
    sections = {"work": {**LONG_LIVED, "region": "eu-west-1"}}
    files = edge.files(*((sections, {}) if place == "config" else ({}, sections)))
    before = files.profile("work")
    files.write_session("work", SESSION)
    files.write_session("work", OTHER)
    after = files.profile("work")
    assert (dict(after.config), dict(after.credentials)) == (
        dict(before.config),
        dict(before.credentials),
    )
    assert files.session_of(after) == OTHER
    assert files.remove_session("work")
    assert files.session_of(files.profile("work")) is None
    assert dict(getattr(files.profile("work"), place)) == sections["work"]
    assert not files.remove_session("work")


def test_removing_a_session_removes_it_from_both_places(edge: Edge) -> None:
    """The keys were removed from the profile after its session was cached."""
    files = edge.files({"work": LONG_LIVED}, {})
    files.write_session("work", SESSION)
    assert files.remove_settings("work", tuple(LONG_LIVED))
    files.write_session("work", OTHER)
    assert files.remove_session("work")
    files.write_settings("work", LONG_LIVED)
    assert files.session_of(files.profile("work")) is None
    assert not files.remove_session("work")


@pytest.mark.parametrize(
    ("section", "left"),
    [(OURS, None), ({"region": "eu-west-1", **OURS}, {"region": "eu-west-1"})],
    ids=["alone", "beside a setting"],
)
def test_only_our_session_is_removed(
    edge: Edge, section: dict[str, str], left: dict[str, str] | None
) -> None:
    """Other settings of the section stay; an empty section is removed."""
    files = edge.files({}, {"mfa": section, "other": FOREIGN})
    assert files.remove_session("mfa")
    assert files.session_of(files.profile("mfa")) is None
    assert dict(files.profile("mfa").credentials) == (left or {})
    assert files.profile_names() == (("mfa", "other") if left else ("other",))
    assert not files.remove_session("mfa")


@pytest.mark.parametrize(
    "section",
    [FOREIGN, {**FOREIGN, "manager": "awsume"}, LONG_LIVED, {"region": "eu-west-1"}],
    ids=["nobody's session", "another tool's session", "long-lived keys", "no keys"],
)
def test_keys_that_arent_ours_are_never_removed(edge: Edge, section: dict[str, str]) -> None:
    """Whoever wrote them."""
    files = edge.files({}, {"mfa": section})
    assert files.session_of(files.profile("mfa")) is None
    assert not files.remove_session("mfa")
    assert dict(files.profile("mfa").credentials) == section


def test_a_session_without_an_expiration_is_ignored(edge: Edge) -> None:
    """It isn't known whether it has expired; it can still be removed."""
    files = edge.files({}, {"mfa": {**OURS, "expiration": "soon"}})
    assert files.session_of(files.profile("mfa")) is None
    assert files.remove_session("mfa")


def test_removing_from_a_missing_profile_changes_nothing(edge: Edge) -> None:
    """Neither a session nor settings."""
    files = edge.files({}, {})
    assert not files.remove_session("mfa")
    assert not files.remove_settings("mfa", ("region",))
    assert files.profile_names() == ()


@pytest.mark.parametrize(
    "name", ["default", "mfa", "a b", "it's", "$(touch x)", "<b>", "-x", "ü/é"]
)
def test_any_profile_name_works(edge: Edge, name: str) -> None:
    """For settings, a session, another one, and their removal."""
    files = edge.files({}, {})
    files.write_settings(name, {"mfa_source_profile": "work"})
    files.write_session(name, SESSION)
    assert files.profile_names() == (name,)
    assert files.profile(name).is_managed
    assert files.session_of(files.profile(name)) == SESSION
    assert files.remove_session(name)
    assert files.remove_settings(name, ("mfa_source_profile",))
    assert not files.profile(name).exists
    assert files.profile_names() == ()


def test_settings_are_merged_with_existing_ones(edge: Edge) -> None:
    """A new value replaces an old one; the credentials section isn't changed."""
    files = edge.files({"mfa": {"region": "eu-west-1", "output": "json"}}, {"mfa": OURS})
    files.write_settings("mfa", {"region": "us-east-1", "mfa_serial": "GAHT12345678"})
    profile = files.profile("mfa")
    assert dict(profile.config) == {
        "region": "us-east-1",
        "output": "json",
        "mfa_serial": "GAHT12345678",
    }
    assert dict(profile.credentials) == OURS


@pytest.mark.parametrize(
    ("options", "was_there", "left"),
    [
        (("mfa_serial",), True, {"region": "eu-west-1"}),
        (("mfa_serial", "output"), True, {"region": "eu-west-1"}),
        (("mfa_serial", "region"), True, {}),
        (("output",), False, {"mfa_serial": "GAHT12345678", "region": "eu-west-1"}),
        ((), False, {"mfa_serial": "GAHT12345678", "region": "eu-west-1"}),
    ],
)
def test_settings_are_removed_by_name(
    edge: Edge, options: tuple[str, ...], left: dict[str, str], *, was_there: bool
) -> None:
    """The section with its last one; the result says whether there were any."""
    section = {"mfa_serial": "GAHT12345678", "region": "eu-west-1"}
    files = edge.files({"mfa": section, "work": section}, {})
    assert files.remove_settings("mfa", options) == was_there
    assert dict(files.profile("mfa").config) == left
    assert dict(files.profile("work").config) == section
    assert files.profile_names() == (("mfa", "work") if left else ("work",))


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in the place of a file")
def test_a_session_is_written_although_the_cache_cannot_be(tmp_path: Path) -> None:
    """What waited there stays; a login doesn't take up one that is older."""
    files = Real(tmp_path).files({"mfa": {"region": "eu-west-1"}}, {"default": LONG_LIVED})
    files.keep_waiting("mfa", SESSION)
    [waiting] = (tmp_path / "cache").iterdir()
    waiting.unlink()
    waiting.mkdir()
    files.write_session("mfa", OTHER)
    assert files.session_of(files.profile("mfa")) == OTHER


def test_a_profile_in_hand_doesnt_change_by_later_writes(edge: Edge) -> None:
    """It is a snapshot."""
    files = edge.files({"mfa": {"region": "eu-west-1"}}, {})
    before = files.profile("mfa")
    files.write_settings("mfa", {"region": "us-east-1"})
    files.write_session("mfa", SESSION)
    assert dict(before.config) == {"region": "eu-west-1"}
    assert dict(before.credentials) == {}


@pytest.mark.parametrize("config", [True, False])
@pytest.mark.parametrize("section", [{}, LONG_LIVED], ids=["no keys", "long-lived keys"])
def test_what_can_be_written_passes_the_check_unchanged(
    edge: Edge, section: dict[str, str], *, config: bool
) -> None:
    """Wherever the profile's session will be."""
    files = edge.files({"mfa": {"region": "eu-west-1"}}, {"mfa": section} if section else {})
    before = files.profile("mfa")
    files.check_writable(before, config=config)
    assert files.profile("mfa") == before
    assert files.profile_names() == ("mfa",)


@pytest.mark.parametrize("config", [True, False])
def test_an_unwritable_file_is_reported_before_a_code_is_used(edge: Edge, *, config: bool) -> None:
    """By an error that says what to do."""
    files = edge.unwritable()
    with pytest.raises(ConfigurationError) as caught:
        files.check_writable(files.profile("mfa"), config=config)
    assert caught.value.what
    assert caught.value.remedy


def test_the_files_have_paths_to_name(edge: Edge) -> None:
    """Both, absolute, each its own."""
    files = edge.files({}, {})
    assert files.config_path != files.credentials_path
    assert files.config_path.endswith("config")
    assert files.credentials_path.endswith("credentials")
