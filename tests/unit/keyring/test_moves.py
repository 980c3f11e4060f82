"""A key moves into the keyring and back: nothing is lost, wherever it is interrupted."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from awscli_mfa_plugin.errors import ConfigurationError, UnwritableFileError
from awscli_mfa_plugin.keyring.entries import process_line
from awscli_mfa_plugin.keyring.moves import Machine, others_in_clear, restore, store
from awscli_mfa_plugin.keyring.removed import as_json, from_json
from awscli_mfa_plugin.keyring.removed_file import RemovedFile
from awscli_mfa_plugin.session.access_keys import KeyPair
from tests.fakes import FakeFiles, session_section
from tests.unit.keys.user import KillableFiles, KilledError, Steps, section

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from awscli_mfa_plugin.keyring.removed import Removed
    from awscli_mfa_plugin.session.records import Profile

KEY = KeyPair("AKIAIOSFODNN7EXAMPLE", "secret/+=")
Sections = dict[str, dict[str, str]]


class FakeKeyring:
    """A keyring in memory; its writes are steps."""

    def __init__(self) -> None:
        """Start empty."""
        self.entries: dict[str, str] = {}
        self.steps = Steps()
        self.forgets = False

    def get(self, key_id: str) -> str | None:
        """Return an entry."""
        return self.entries.get(key_id)

    def set(self, key_id: str, text: str) -> None:
        """Make an entry."""
        self.steps.reach("before set")
        if not self.forgets:
            self.entries[key_id] = text
        self.steps.reach("after set")

    def delete(self, key_id: str) -> None:
        """Remove an entry."""
        self.steps.reach("before delete")
        self.entries.pop(key_id, None)
        self.steps.reach("after delete")


class FakeRemovals(RemovedFile):
    """What was removed, in memory, as the file has it."""

    def __init__(self) -> None:
        """Start empty."""
        self.kept: dict[str, str] = {}

    def load(self, profile: str) -> Removed | None:
        """Return what was kept."""
        return from_json(json.loads(self.kept[profile])) if profile in self.kept else None

    def save(self, profile: str, removed: Removed) -> None:
        """Keep something."""
        self.kept[profile] = json.dumps(as_json(removed))

    def remove(self, profile: str) -> None:
        """Forget it."""
        self.kept.pop(profile, None)


class Home:
    """A home and its keyring."""

    def __init__(self, config: Sections | None = None, credentials: Sections | None = None) -> None:
        """Start with the key in the credentials file's profile default."""
        here = {"default": section(KEY)} if credentials is None else credentials
        self.files = KillableFiles(config or {}, here)
        self.keyring = FakeKeyring()
        self.removals = FakeRemovals()
        self.why = ""
        self.named: list[str] = []

    def machine(self, kill_at: int | None = None) -> Machine:
        """Return the machine for one run."""
        self.files.steps = self.keyring.steps = Steps(kill_at)
        files: Any = self.files
        both = (files._config, files._credentials)
        return Machine(files, *both, lambda _line, _key_id: self.why, self.removals)

    def store(self, name: str = "default", kill_at: int | None = None) -> str:
        """Move a key into the keyring."""
        return store(name, self.keyring, self.line_for, self.machine(kill_at))

    def restore(self, name: str = "default", kill_at: int | None = None) -> str:
        """Move it back."""
        return restore(name, self.keyring_of, self.machine(kill_at))

    def keyring_of(self, name: str) -> FakeKeyring:
        """Return the keyring, and note by which name."""
        self.named.append(name)
        return self.keyring

    @staticmethod
    def line_for(key_id: str) -> str:
        """Return the line."""
        return process_line("/bin/awscli-mfa", "pass", key_id, on_windows=False)

    def profile(self, name: str = "default") -> Profile:
        """Return a profile."""
        return self.files.profile(name)

    def key_that_is_used(self) -> str:
        """Return the secret that the CLI gets for profile default, as botocore resolves it."""
        profile = self.profile()
        if profile.key_section:
            return profile.key_section["aws_secret_access_key"]
        text = self.keyring.entries.get(profile.keyring_key_id, "")
        return KEY.secret_access_key if KEY.secret_access_key in text else ""


def contents(files: FakeFiles) -> tuple[bytes, bytes]:
    """Return what both files hold."""
    both: Any = (files._config, files._credentials)
    config, credentials = (file.read().render() for file in both)
    return config, credentials


def test_the_key_leaves_the_file_and_the_line_comes() -> None:
    """Everything else in both files stays."""
    home = Home({"default": {"region": "eu-west-1"}}, {"default": section(KEY), "x": {"a": "b"}})
    assert home.store() == KEY.access_key_id
    assert home.files.config["default"] == {
        "region": "eu-west-1",
        "credential_process": home.line_for(KEY.access_key_id),
    }
    assert home.files.credentials["default"] == {}
    assert home.files.credentials["x"] == {"a": "b"}
    assert home.profile().has_own_keys
    assert home.profile().long_lived_key_id == KEY.access_key_id
    assert b"secret" not in b"".join(contents(home.files))


@pytest.mark.parametrize("in_config", [False, True], ids=["credentials", "config"])
def test_restore_is_the_inverse(in_config: bool) -> None:  # noqa: FBT001 - pytest's
    """Byte for byte; the entry is gone, and the keyring was the one that the line names."""
    key: Sections = {"default": section(KEY)}
    home = Home(key, {"x": {"a": "b"}}) if in_config else Home({"x": {"a": "b"}}, key)
    before = contents(home.files)
    home.store()
    assert home.restore() == KEY.access_key_id
    assert contents(home.files) == before
    assert home.keyring.entries == {}
    assert home.named == ["pass"]


def test_an_entry_that_another_profile_uses_stays() -> None:
    """Until that one is restored."""
    home = Home({}, {"default": section(KEY), "work": section(KEY)})
    home.store()
    home.store("work")
    home.restore()
    assert list(home.keyring.entries) == [KEY.access_key_id]
    home.restore("work")
    assert home.keyring.entries == {}


def test_a_key_of_two_profiles_never_moves_to_the_config_file() -> None:
    """Only one of them had it there, and others can often read that file."""
    home = Home({"work": section(KEY)}, {"default": section(KEY)})
    home.store()
    home.store("work")
    home.restore()
    assert home.files.credentials["default"] == section(KEY)
    home.restore("work")
    assert b"secret/" not in contents(home.files)[0]


def test_other_profiles_with_the_key_in_clear_are_known() -> None:
    """It isn't out of the files before they are moved, too."""
    home = Home({"work": section(KEY), "x": {"region": "y"}})
    home.store()
    assert others_in_clear("default", KEY.access_key_id, home.machine()) == ("work",)


def test_a_line_that_wouldnt_be_known_again_is_refused() -> None:
    """The profile would lose its MFA session."""
    home = Home({"default": {"mfa_session": "on"}})
    with pytest.raises(ConfigurationError, match="path of awscli-mfa"):
        store("default", home.keyring, lambda key_id: f"/bin/x {key_id}", home.machine())
    assert home.keyring.entries == {}
    assert home.profile().key_section == section(KEY)


def test_a_session_beside_the_key_stays() -> None:
    """It is tied to the key's ID, which is the same."""
    home = Home({"mfa": {"mfa_source_profile": "default"}})
    home.files.credentials["mfa"] = session_section()
    before = dict(home.files.credentials["mfa"])
    home.store()
    assert home.files.credentials["mfa"] == before


def killed(
    make: Callable[[], Home], run: Callable[[Home, int], object]
) -> Iterator[tuple[Home, str]]:
    """Yield homes in which a run was killed at each of its steps."""
    step = 0
    while True:
        home = make()
        try:
            run(home, step)
        except KilledError as error:
            yield home, str(error)
        else:
            return
        step += 1


def stored() -> Home:
    """Return a home whose key is in the keyring."""
    home = Home()
    home.store()
    return home


def test_killed_on_the_way_in() -> None:
    """The CLI gets the key at each moment; the next run, or a restore, ends it."""
    steps = 0
    for home, step in killed(Home, lambda home, at: home.store(kill_at=at)):
        steps += 1
        assert home.key_that_is_used() == KEY.secret_access_key, step
        if not home.profile().keyring_key_id:
            home.store()
        assert home.profile().keyring_key_id == KEY.access_key_id, step
        home.restore()
        assert home.files.credentials["default"] == section(KEY), step
    assert steps == 8


def test_killed_on_the_way_back() -> None:
    """The same."""
    steps = 0
    for home, step in killed(stored, lambda home, at: home.restore(kill_at=at)):
        steps += 1
        assert home.key_that_is_used() == KEY.secret_access_key, step
        if home.profile().get("credential_process"):
            home.restore()
        assert home.files.credentials["default"] == section(KEY), step
        assert not home.profile().get("credential_process"), step
    assert steps == 6


SESSION = session_section()
REFUSED: Mapping[str, tuple[Sections, Sections, str]] = {
    "no profile": ({}, {}, "has no long-lived keys"),
    "a session": ({}, {"default": SESSION}, "has no long-lived keys"),
    "half a key": ({}, {"default": {"aws_access_key_id": "AKIAX"}}, "has no long-lived keys"),
    "a role": ({"default": {"role_arn": "x"}}, {"default": section(KEY)}, "also has role_arn"),
    "a process": (
        {"default": {"credential_process": "x"}},
        {"default": section(KEY)},
        "also has credential_process",
    ),
    "a key in both files": (
        {"default": section(KeyPair("AKIAOTHEROTHEROTHER0", "x"))},
        {"default": section(KEY)},
        "has an access key in both files",
    ),
    "an unusual ID": ({}, {"default": section(KeyPair("minio", "x"))}, "isn't an access key"),
    "a key of two lines": (
        {},
        {"default": section(KeyPair(KEY.access_key_id, "x\n  y"))},
        "isn't an access key",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cant_be_stored(case: str) -> None:
    """Nothing is changed."""
    config, credentials, why = REFUSED[case]
    home = Home(config, credentials)
    before = contents(home.files)
    with pytest.raises(ConfigurationError, match=why):
        home.store()
    assert contents(home.files) == before
    assert home.keyring.entries == {}


def test_twice_is_once() -> None:
    """The way back is named."""
    home = stored()
    with pytest.raises(ConfigurationError, match="in the keyring already") as caught:
        home.store()
    assert "keyring restore" in caught.value.remedy


def test_a_keyring_that_forgets() -> None:
    """It is read back before anything is changed."""
    home = Home()
    home.keyring.forgets = True
    before = contents(home.files)
    with pytest.raises(ConfigurationError, match="didn't keep the key"):
        home.store()
    assert contents(home.files) == before


def test_a_cli_that_doesnt_get_the_key() -> None:
    """The key stays in its file."""
    home = Home()
    home.why = "/usr/bin/aws shows no key"
    before = contents(home.files)
    with pytest.raises(ConfigurationError, match="shows no key"):
        home.store()
    assert contents(home.files) == before


@pytest.mark.parametrize("file", ["_config", "_credentials"])
def test_files_that_cant_be_written_are_told_first(file: str) -> None:
    """Before the keyring has anything."""
    home = Home()

    def refuse() -> None:
        raise UnwritableFileError("it", "belongs to another user", "")

    vars(getattr(home.files, file))["check_writable"] = refuse
    with pytest.raises(UnwritableFileError):
        home.store()
    assert home.keyring.entries == {}


def test_a_key_that_changes_meanwhile_stays_in_the_file() -> None:
    """Under the lock, it is judged by the key itself."""
    home = Home()
    other = section(KeyPair("AKIAOTHEROTHEROTHER0", "x"))

    def store_another(_line: str, _key_id: str) -> str:
        home.files.credentials["default"] = other
        return ""

    machine = home.machine()
    store(
        "default",
        home.keyring,
        home.line_for,
        replace(machine, why_not=store_another),
    )
    assert home.files.credentials["default"] == other


def test_nothing_to_restore() -> None:
    """The list is named."""
    with pytest.raises(ConfigurationError, match="isn't in the keyring"):
        Home().restore()


@pytest.mark.parametrize("entry", [None, "nonsense"])
def test_an_entry_that_is_gone(entry: str | None) -> None:
    """The line stays: another keyring may have it."""
    home = stored()
    home.keyring.entries = {} if entry is None else {KEY.access_key_id: entry}
    before = contents(home.files)
    with pytest.raises(ConfigurationError, match="has no usable entry"):
        home.restore()
    assert contents(home.files) == before


def test_a_key_that_somebody_stored_over_the_line_stays() -> None:
    """And the entry too."""
    home = stored()
    home.files.credentials["default"] = section(KeyPair("AKIAOTHEROTHEROTHER0", "x"))
    with pytest.raises(ConfigurationError, match="has another access key in its file"):
        home.restore()
    assert KEY.access_key_id in home.keyring.entries


def test_a_line_that_changes_meanwhile_stays() -> None:
    """Only our own line goes."""
    home = stored()
    machine = home.machine()
    update = machine.config.update

    def change_first(change: Any) -> bool:
        home.files.config["default"] = {"credential_process": "mine"}
        return update(change)

    vars(machine.config)["update"] = change_first
    restore("default", home.keyring_of, machine)
    assert home.files.config["default"] == {"credential_process": "mine"}
