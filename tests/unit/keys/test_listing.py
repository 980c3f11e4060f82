"""The list of access keys: ages, last uses, and the profiles that have each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from awscli_mfa_plugin.errors import PermissionDeniedError
from awscli_mfa_plugin.keys.listing import as_data, as_text, described, reports, unfinished
from awscli_mfa_plugin.keys.rotate import rotate
from awscli_mfa_plugin.session.access_keys import AccessKey, KeyPair, LastUse
from awscli_mfa_plugin.text import Style
from tests.fakes import NOW, FakeFiles, session_section
from tests.unit.keys.user import OLD, FakeUser, Machine, section

NEW = KeyPair("AKIANEWNEWNEWNEWNEW0", "secret")
KEYS = (
    AccessKey(OLD.access_key_id, is_active=True, created=NOW - timedelta(days=91)),
    AccessKey(NEW.access_key_id, is_active=False, created=NOW - timedelta(days=1)),
)


def test_each_key_is_a_line() -> None:
    """An old one is marked, with what to do."""
    config = {"work": section(OLD)}
    files = FakeFiles(config, {"default": section(OLD), "mfa": session_section()})
    user = FakeUser(uses={OLD.access_key_id: LastUse(NOW - timedelta(hours=2), "s3", "eu-west-1")})
    found = reports(user, KEYS, files, NOW)
    lines = as_text(found, NOW, NEW.access_key_id).splitlines()
    assert [line.split("  ") for line in lines[:2]] == [
        [
            "AKIAOLDOLDOLDOLDOLD0",
            "active",
            "",
            "91 days old (over 90)",
            "last used 2026-11-24 07:00 (s3)",
            "profile work, default",
        ],
        [
            "AKIANEWNEWNEWNEWNEW0",
            "inactive",
            "1 day old",
            *[""] * 6,
            "never used",
            *[""] * 10,
            " your environment",
        ],
    ]
    assert lines[2:] == ["Replace an old key:  aws mfa keys rotate"]
    assert described(found[0], NOW) == (
        "AKIAOLDOLDOLDOLDOLD0, active, 91 days old (over 90), last used 2026-11-24 07:00 (s3), "
        "profile work, default"
    )
    assert as_data(found)["AccessKeys"][0] == {
        "AccessKeyId": OLD.access_key_id,
        "Status": "Active",
        "CreateDate": "2026-08-25T09:00:00+00:00",
        "AgeDays": 91,
        "LastUsedDate": "2026-11-24T07:00:00+00:00",
        "LastUsedService": "s3",
        "Profiles": ["work", "default"],
    }


def test_a_profile_whose_key_is_in_the_keyring_has_it() -> None:
    """By the line that gets it from there."""
    line = f"/bin/awscli-mfa keyring get --backend pass {OLD.access_key_id}"
    files = FakeFiles({"work": {"credential_process": line}})
    (report, _) = reports(FakeUser(), KEYS, files, NOW)
    assert report.profiles == ("work",)


def test_an_inactive_key_is_never_too_old() -> None:
    """Nobody can use it."""
    files = FakeFiles()
    (old,) = reports(FakeUser(), KEYS[:1], files, NOW)
    (off,) = reports(FakeUser(), (replace(KEYS[0], is_active=False),), files, NOW)
    assert [old.is_older(90), old.is_older(91), off.is_older(0)] == [True, False, False]


def test_what_isnt_known() -> None:
    """A policy that hides the last use, a key without a date, a use without a service."""
    user = FakeUser(uses={OLD.access_key_id: PermissionDeniedError("hidden")})
    (hidden,) = reports(user, (AccessKey(OLD.access_key_id, is_active=True),), FakeFiles(), NOW)
    assert as_text([hidden], NOW) == "AKIAOLDOLDOLDOLDOLD0  active    age unknown  last use unknown"
    assert as_data([hidden])["AccessKeys"][0]["CreateDate"] is None
    assert not hidden.is_older(0)
    user = FakeUser(uses={OLD.access_key_id: LastUse(NOW)})
    (bare,) = reports(user, KEYS[:1], FakeFiles(), NOW)
    assert "last used 2026-11-24 09:00\n" in as_text([bare], NOW)


def test_colors_mark_what_is_old_or_off() -> None:
    """The words say the same."""
    found = reports(FakeUser(), KEYS, FakeFiles(), NOW)
    text = as_text(found, NOW, style=Style(is_on=True))
    assert "\x1b[33m91 days old (over 90)\x1b[0m" in text
    assert "\x1b[2minactive\x1b[0m" in text
    assert text.count("\x1b[0m") == 2


def test_no_keys() -> None:
    """A user who only has a password."""
    assert as_text([], NOW) == "You have no access keys."


def test_a_rotation_that_isnt_finished_names_what_to_run() -> None:
    """Finish it once the new key is stored, else go on."""
    machine = Machine()
    rotate(machine.work())
    rotation = replace(machine.rotation(), profiles=("my keys",))
    assert unfinished(rotation) == (
        "The rotation of profile my keys isn't finished:  "
        "aws mfa keys rotate --finish --source-profile 'my keys'"
    )
    assert "--finish" not in unfinished(replace(rotation, stage="created"))
