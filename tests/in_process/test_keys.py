"""``aws mfa keys``: the list, and a rotation from its start to its end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.hosts.sessions import session_section

if TYPE_CHECKING:
    from tests.in_process.aws import Aws, Result

OTHER = "\n# mine\n[other]\nregion = x\n"


@pytest.fixture
def mfa(aws: Aws) -> Aws:
    """Return an ``aws`` whose profile mfa has a session on the keys of default."""
    aws.settle_mfa()
    aws.write_credentials(aws.keys("ada") + OTHER + session_section(aws.service, "mfa", 43200))
    return aws


def key(aws: Aws, profile: str = "default") -> str:
    """Return a profile's access key ID."""
    return aws.session(profile)["aws_access_key_id"]


def rotated(aws: Aws, *options: str) -> Result:
    """Rotate, without a person."""
    result = aws.run("mfa", "keys", "rotate", *options)
    assert result.code == 0, result.output
    return result


def works(aws: Aws, profile: str = "default") -> bool:
    """Return whether AWS takes a profile's key."""
    pair = tuple(aws.session(profile)[f"aws_{of}"] for of in ("access_key_id", "secret_access_key"))
    keys = aws.service.user("ada").access_keys
    return pair in {(each.id, each.secret) for each in keys if each.active}


def identity_of(aws: Aws, profile: str) -> str:
    """Return what AWS says of a profile's keys."""
    result = aws.run("sts", "get-caller-identity", "--profile", profile, "--query", "Arn")
    return result.output


def journals(aws: Aws) -> list[str]:
    """Return the journals that are left."""
    return [path for path in aws.files() if "rotation-" in path]


def test_the_list(mfa: Aws) -> None:
    """By the MFA session, with the user's own name: no code."""
    result = mfa.run("mfa", "keys")
    assert result.code == 0, result.output
    assert result.stdout.startswith(f"{key(mfa)}  active")
    assert "(over 90)" in result.stdout
    assert "profile default" in result.stdout
    calls = [call for call in mfa.service.calls if call.service == "iam"]
    assert all(call.access_key_id.startswith("ASIA") for call in calls)
    assert mfa.codes_used() == 0
    assert mfa.run("mfa", "keys", "--max-age", "90").code == 1
    data = json.loads(mfa.run("mfa", "keys", "--output", "json").stdout)
    assert data["AccessKeys"][0]["Profiles"] == ["default"]


def test_a_rotation_from_start_to_end(mfa: Aws) -> None:
    """A new key in the old one's place, every other byte kept; the session goes on working."""
    mfa.service.state.new_keys_unknown_seconds = 1
    old, before = key(mfa), mfa.credentials.read_text()
    secret = mfa.session("default")["aws_secret_access_key"]
    rotated(mfa)
    new = mfa.session("default")
    assert new["aws_access_key_id"] != old
    after = before.replace(old, new["aws_access_key_id"])
    assert mfa.credentials.read_text() == after.replace(secret, new["aws_secret_access_key"])
    assert all("user/ada" in identity_of(mfa, name) for name in ("default", "mfa"))
    assert len(journals(mfa)) == 1
    mfa.service.user("ada").access_keys[0].active = False
    assert mfa.run("mfa", "keys", "rotate", "--finish").code == 0
    assert [each.id for each in mfa.service.user("ada").access_keys] == [key(mfa)]
    assert journals(mfa) == []
    assert "user/ada" in identity_of(mfa, "mfa")
    assert mfa.codes_used() == 0


def test_keys_of_two_users(mfa: Aws) -> None:
    """Those of a source profile that is named, with its own user; no other user's."""
    with mfa.credentials.open("a") as file:
        file.write(mfa.keys("grace", "hers"))
    result = mfa.run("mfa", "keys", "--source-profile", "hers")
    assert result.code == 0, result.output
    assert key(mfa, "hers") in result.stdout
    assert key(mfa) not in result.stdout


def test_an_undo(mfa: Aws) -> None:
    """The file is what it was, byte for byte; the inactive old key works again."""
    before = mfa.credentials.read_bytes()
    rotated(mfa)
    mfa.service.user("ada").access_keys[0].active = False
    result = mfa.run("mfa", "keys", "rotate", "--undo")
    assert result.code == 0, result.output
    assert mfa.credentials.read_bytes() == before
    assert [each.active for each in mfa.service.user("ada").access_keys] == [True]
    assert journals(mfa) == []


def test_a_session_beside_the_key_outlives_a_rotation(aws: Aws) -> None:
    """Of a profile with its own keys: it is in the cache, tied to the key."""
    aws.settle(config="mfa_session = on\n")
    aws.log_in("default")
    rotated(aws, "--profile", "default")
    assert aws.run("s3", "ls").code == 0
    last = aws.service.calls[-1]
    assert last.access_key_id.startswith("ASIA")
    assert aws.codes_used() == 1


def test_the_secret_is_nowhere_but_in_the_file(mfa: Aws) -> None:
    """Not in the journal any more, not in the output, the log or the history."""
    text = mfa.config.read_text()
    mfa.config.write_text(text.replace("[default]", "[default]\ncli_history = enabled"))
    result = mfa.run("mfa", "keys", "rotate", "--debug")
    assert result.code == 0, result.output
    secret = mfa.session("default")["aws_secret_access_key"]
    assert secret not in result.output
    holding = [path for path, content in mfa.files().items() if secret.encode() in content]
    assert holding == [".aws/credentials"]


@pytest.mark.parametrize("kind", ["throttle", "500", "answer-lost", "reset", "html"])
@pytest.mark.parametrize("action", ["ListAccessKeys", "CreateAccessKey", "GetCallerIdentity"])
def test_after_any_fault_the_next_rotation_ends_well(mfa: Aws, action: str, kind: str) -> None:
    """One new key, the old one active, no third one; and no trace of Python."""
    mfa.service.fault(action, kind)
    result = mfa.run("mfa", "keys", "rotate")
    assert "Traceback" not in result.output
    mfa.service.clear_faults()
    rotated(mfa)
    user = mfa.service.user("ada")
    assert [each.active for each in user.access_keys] == [True, True]
    assert key(mfa) == user.access_keys[1].id
    assert works(mfa)


def test_a_user_with_two_keys(mfa: Aws) -> None:
    """Nobody can be asked which goes: both stay."""
    second = mfa.service.user("ada").access_keys
    rotated(mfa)
    for path in journals(mfa):
        (mfa.home / path).unlink()
    result = mfa.run("mfa", "keys", "rotate")
    assert result.code == 253
    assert "two access keys" in result.stderr
    assert len(second) == 2


def test_a_policy_that_denies_it(mfa: Aws) -> None:
    """Nothing is changed, and the action is named."""
    denied = mfa.service.user("ada").denied_actions
    denied.append("iam:CreateAccessKey")
    try:
        before = mfa.credentials.read_bytes()
        result = mfa.run("mfa", "keys", "rotate")
    finally:
        denied.remove("iam:CreateAccessKey")
    assert result.code == 254
    assert "iam:CreateAccessKey" in result.stderr
    assert mfa.credentials.read_bytes() == before
    assert journals(mfa) == []


@pytest.mark.parametrize("words", [("--finish", "--yes"), ("--undo",)])
def test_a_policy_that_denies_the_end_of_it(mfa: Aws, words: tuple[str, ...]) -> None:
    """What is left and how it ends is said, not to log in; then it ends."""
    rotated(mfa)
    denied = mfa.service.user("ada").denied_actions
    denied.append("iam:DeleteAccessKey")
    try:
        result = mfa.run("mfa", "keys", "rotate", *words)
    finally:
        denied.remove("iam:DeleteAccessKey")
    assert result.code == 254
    assert "Your policy doesn't allow iam:DeleteAccessKey. The key AKIA" in result.stderr
    assert "Ask an administrator to allow it, or to delete AKIA" in result.stderr
    assert journals(mfa)
    assert mfa.run("mfa", "keys", "rotate", *words).code == 0
    assert journals(mfa) == []


def test_without_the_permission_to_delete_no_key_is_made(mfa: Aws) -> None:
    """The call that tells deletes nothing."""
    denied = mfa.service.user("ada").denied_actions
    denied.append("iam:DeleteAccessKey")
    try:
        result = mfa.run("mfa", "keys", "rotate")
    finally:
        denied.remove("iam:DeleteAccessKey")
    assert result.code == 254
    assert "Nothing was changed: without iam:DeleteAccessKey" in result.stderr
    assert "CreateAccessKey" not in [call.action for call in mfa.service.calls]
    assert journals(mfa) == []


def test_a_journal_that_cant_be_read(mfa: Aws) -> None:
    """The list is shown, with a warning; a rotation ends, since it may hold a key."""
    rotated(mfa)
    (path,) = journals(mfa)
    (mfa.home / path).write_text("{}")
    listed = mfa.run("mfa", "keys")
    assert listed.code == 0, listed.output
    assert "AKIA" in listed.stdout
    assert "Warning:" in listed.stderr
    assert "isn't a journal that this version can read" in listed.stderr
    assert mfa.run("mfa", "keys", "rotate").code == 253


def test_doctor_names_a_rotation_that_isnt_finished(mfa: Aws) -> None:
    """With what to run, and without a secret."""
    rotated(mfa)
    result = mfa.run("mfa", "doctor", "--offline", "--verbose")
    assert "aws mfa keys rotate --source-profile default --finish" in result.stdout


def test_the_policy_of_aws_mfa_policy_is_enough(mfa: Aws) -> None:
    """With MFA it allows the list, a rotation and its end; without MFA none of it."""
    user = mfa.service.user("ada")
    user.policies.append(json.loads(mfa.run("mfa", "policy").stdout))
    try:
        rotated(mfa)
        user.access_keys[0].active = False
        assert mfa.run("mfa", "keys", "rotate", "--finish").code == 0
        assert mfa.run("mfa", "keys").code == 0
        assert mfa.run("mfa", "logout", "--forget").code == 0
        denied = mfa.run("mfa", "keys")
    finally:
        user.policies.clear()
    assert denied.code == 254
    assert "If your policy requires MFA, log in first:  aws mfa login" in denied.stderr
