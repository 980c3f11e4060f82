"""``aws mfa keys``: the list as text and as data, and the texts of a rotation."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from awscli_mfa_plugin.commands import keys
from awscli_mfa_plugin.commands.process import GlobalOptions
from awscli_mfa_plugin.errors import PermissionDeniedError, UsageError
from awscli_mfa_plugin.session.access_keys import KeyPair
from tests.fakes import NOW, SERIAL, FakeFiles, Fakes, FakeTerminal, context, session_section
from tests.unit.commands.run import data_of, run
from tests.unit.keys.user import OLD, FakeJournal, FakeUser, section

if TYPE_CHECKING:
    from awscli_mfa_plugin.commands.context import Context

OTHER = KeyPair("AKIAOTHEROTHEROTHER0", "other-secret")
NEW = "AKIANEWNEWNEWNEWNEW1"


class Home:
    """A home with a key in two profiles, and an MFA session on it."""

    def __init__(self, *answers: str, **environment: str) -> None:
        """Let these be typed; without any, nobody can be asked."""
        config = {"mfa": {"mfa_source_profile": "default", "mfa_serial": SERIAL}}
        credentials = {"default": section(OLD), "mfa": session_section()}
        self.files = FakeFiles(config, credentials)
        self.fakes = Fakes(files=self.files, environment=environment)
        self.answers = answers
        self.user = FakeUser()
        self.user.has(OLD.access_key_id, OLD.secret_access_key)
        self.user.created[OLD.access_key_id] = NOW - timedelta(days=100)
        self.journal = FakeJournal(self.user.steps)

    def context(self, options: GlobalOptions | None = None) -> Context:
        """Return the context of one command."""
        nobody = "" if self.answers else "CI is set"
        self.fakes.terminal = FakeTerminal(*self.answers, nobody=nobody)
        sts: Any = self.fakes.sts
        sts.get_caller_identity = self.identity
        return context(
            self.fakes,
            options,
            user_keys=self.keys_of,
            rotation_journal=self.journal,
        )

    def keys_of(self, keys: Any, _region: str, user_name: str) -> FakeUser:
        """Return the keys of the user, whom these keys belong to."""
        assert keys.access_key_id
        assert user_name == self.user.identity.arn.rpartition("/")[2]
        return self.user

    def identity(self, given: Any, region: str) -> Any:
        """Accept sessions, and the user's keys."""
        if given.session_token:
            return self.user.identity
        return self.user.get_caller_identity(given, region)


def test_the_list() -> None:
    """Text for people, with what to do; AWS's casing as data."""
    home = Home(AWS_ACCESS_KEY_ID=OLD.access_key_id)
    result = run(keys, home.context())
    where = "profile default, your environment"
    assert result.text.splitlines() == [
        f"{OLD.access_key_id}  active    100 days old (over 90)  never used  {where}",
        "Replace an old key:  aws mfa keys rotate",
    ]
    assert data_of(result)["AccessKeys"][0]["AgeDays"] == 100
    assert result.exit_code == 0


@pytest.mark.parametrize(("days", "code"), [(90, 1), (99, 1), (100, 0), (0, 1)])
def test_an_age_for_scripts(days: int, code: int) -> None:
    """1 where an active key is older."""
    home = Home()
    assert run(keys, home.context(), action="list", max_age=days).exit_code == code
    home.user.active[OLD.access_key_id] = False
    assert run(keys, home.context(), max_age=days).exit_code == 0


def test_a_rotation_says_how_to_go_back_and_on() -> None:
    """And the list names it until it is finished."""
    home = Home()
    result = run(keys, home.context(), action="rotate")
    assert result.text.splitlines() == [
        f"Rotated. Profile default has the new key {NEW}.",
        f"The old key {OLD.access_key_id} is still active.",
        "If something breaks:  aws mfa keys rotate --undo --source-profile default",
        "In a few days:        aws mfa keys rotate --finish --source-profile default",
    ]
    assert data_of(result) == {
        "Outcome": "rotated",
        "Profiles": ["default"],
        "OldAccessKeyId": OLD.access_key_id,
        "NewAccessKeyId": NEW,
    }
    assert "isn't finished" in run(keys, home.context()).text
    again = run(keys, home.context(), action="rotate")
    assert again.text.startswith(f"Profile default has the new key already: {NEW}.")
    home.fakes.clock.advance(86_400 * 3)
    home.files.credentials["mfa"] = session_section(now=home.fakes.clock.now())
    done = run(keys, home.context(), action="rotate", finish=True)
    assert done.text == f"Deleted the old key {OLD.access_key_id}."


def test_no_secret_is_in_a_result() -> None:
    """Neither in the text nor in the data."""
    home = Home("y")
    result = run(keys, home.context(), action="rotate")
    assert "inactive" in result.text
    assert "secret" not in f"{result.text} {result.data} {home.fakes.terminal.shown}"


def test_what_still_has_the_old_key_is_named() -> None:
    """Another profile, and the environment."""
    home = Home(AWS_ACCESS_KEY_ID=OLD.access_key_id)
    home.files.credentials["work"] = section(OLD)
    text = run(keys, home.context(), action="rotate").text
    assert "Profile work still has it." in text
    assert "Your environment still has it, too: AWS_ACCESS_KEY_ID." in text


def test_an_undo() -> None:
    """The old key is back; a new one that another profile got meanwhile is named."""
    home = Home()
    run(keys, home.context(), action="rotate")
    result = run(keys, home.context(), action="rotate", undo=True)
    assert result.text == f"Profile default has the old key {OLD.access_key_id}."
    run(keys, home.context(), action="rotate")
    home.answers = ("n",)
    new = KeyPair(home.files.profile("default").get("aws_access_key_id"))
    replace_key = home.files.replace_key

    def and_again(*given: Any) -> None:
        replace_key(*given)
        home.files.credentials["work"] = section(new)

    vars(home.files)["replace_key"] = and_again
    text = run(keys, home.context(), action="rotate", undo=True).text
    assert text.endswith(f"The new key {new.access_key_id} is still in profile work.")


def test_several_profiles_and_none() -> None:
    """Grammar; and what the files have, not what the rotation put there."""
    home = Home()
    home.files.credentials["work"] = section(OLD)
    text = run(keys, home.context(), action="rotate", all_profiles=True).text
    assert text.startswith("Rotated. Profiles default, work have the new key")
    home.files.credentials["default"] = home.files.credentials["work"] = section(OTHER)
    home.user.has(OTHER.access_key_id, OTHER.secret_access_key)
    text = run(keys, home.context(), action="rotate").text
    assert text.startswith("No profile has the new key: ")


def test_a_denial_without_a_session_says_what_may_help() -> None:
    """Many policies want MFA."""
    home = Home()
    del home.files.config["mfa"]
    del home.files.credentials["mfa"]
    home.user.faults["list"] = [PermissionDeniedError("denied")]
    with pytest.raises(PermissionDeniedError) as caught:
        run(keys, home.context())
    assert "aws mfa login" in caught.value.remedy


@pytest.mark.parametrize(
    "given",
    [
        {"action": "rotate", "max_age": 90},
        {"action": "rotate", "finish": True, "undo": True},
        {"action": "rotate", "undo": True, "all_profiles": True},
        {"finish": True},
        {"action": "list", "undo": True},
        {"all_profiles": True},
        {"yes": True},
        {"action": "rotate", "yes": True},
        {"max_age": -1},
    ],
)
def test_options_that_dont_go_together(given: dict[str, Any]) -> None:
    """Nothing is asked of AWS."""
    home = Home()
    with pytest.raises(UsageError):
        run(keys, home.context(), **given)
    assert home.user.calls == []


def test_the_region_is_the_callers() -> None:
    """As --region says."""
    home = Home()
    there, seen = home.context(GlobalOptions(region="eu-west-1")), list[str]()

    def user_keys(_keys: Any, region: str, _user_name: str) -> FakeUser:
        seen.append(region)
        return home.user

    vars(there)["user_keys"] = user_keys
    run(keys, there)
    assert seen == ["eu-west-1"]
