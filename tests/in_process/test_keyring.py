"""Long-lived keys in the keyring: their profile stays an MFA profile, and nothing is started."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.in_process.aws import Aws


SCRIPT = """echo "$2" >> '{home}/starts'
for name; do :; done
entry='{home}/entry-'"$name"
case $2 in
get) printf '{{"Version": 1, "AccessKeyId": "%s"' "$name"
     printf ', "SecretAccessKey": "%s"}}' "$(cat "$entry")";;
check) test -e "$entry";;
put) cat > "$entry";;
delete) rm "$entry";;
esac
"""


@pytest.fixture
def stored(aws: Aws) -> Aws:
    """Return an ``aws`` whose profile default, an MFA profile, has its key in a keyring.

    Each start of the script that gets it is counted.
    """
    aws.settle()
    user = aws.service.user("ada")
    (aws.home / f"entry-{user.access_key_id}").write_text(user.secret_access_key)
    script = aws.program("awscli-mfa", SCRIPT.format(home=aws.home))
    aws.write_config(
        f"[default]\nregion = eu-west-1\nmfa_session = on\nmfa_serial = {aws.serial()}\n"
        f"credential_process = {script} keyring get --backend pass {user.access_key_id}\n"
    )
    aws.write_credentials("")
    return aws


def starts_of(aws: Aws) -> int:
    """Return how often the keyring was asked."""
    path = aws.home / "starts"
    return len(path.read_text().splitlines()) if path.exists() else 0


def test_no_command_goes_out_without_mfa(stored: Aws) -> None:
    """Without a session and without a person the command ends, and nothing is sent."""
    result = stored.run("s3", "ls")
    assert result.code == 253, result.output
    assert stored.service.calls == []


def test_a_login_takes_the_key_from_the_keyring(stored: Aws) -> None:
    """The session is in the cache, as for a key in the file; then the keyring isn't asked."""
    before = stored.config.read_text(), stored.credentials.read_text()
    stored.log_in("default")
    assert starts_of(stored) == 1
    assert (stored.config.read_text(), stored.credentials.read_text()) == before
    assert stored.run("s3", "ls").code == 0
    assert stored.service.calls[-1].access_key_id.startswith("ASIA")
    assert starts_of(stored) == 1
    assert "default  valid" in stored.run("mfa", "status").stdout
    assert stored.run("mfa", "logout", "--profile", "default").code == 0
    assert stored.run("s3", "ls").code == 253


def test_a_session_profile_on_it(stored: Aws) -> None:
    """The key in the keyring is a source like any other."""
    stored.log_in("mfa", "--source-profile", "default")
    assert stored.session("mfa")["aws_access_key_id"].startswith("ASIA")
    assert stored.run("s3", "ls", "--profile", "mfa").code == 0
    assert starts_of(stored) == 1


def test_a_role_on_it_is_assumed_with_the_session(stored: Aws) -> None:
    """No code for the role, and not with the long-lived key."""
    with stored.config.open("a") as file:
        file.write(
            "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/admin\n"
            "source_profile = default\nregion = eu-west-1\n"
        )
    stored.log_in("default")
    assert stored.run("s3", "ls", "--profile", "role").code == 0
    (call,) = [call for call in stored.service.calls if call.action == "AssumeRole"]
    assert call.access_key_id.startswith("ASIA")
    assert starts_of(stored) == 1


def test_a_rotation_stays_in_the_keyring(stored: Aws) -> None:
    """The line gets the new key; its secret is in no other file, also not in a debug log."""
    stored.log_in("default")
    listed = stored.run("mfa", "keys", "--profile", "default")
    assert "profile default" in listed.stdout, listed.output
    result = stored.run("mfa", "keys", "rotate", "--profile", "default", "--debug")
    assert result.code == 0, result.output
    old, new = stored.service.user("ada").access_keys
    assert f"--backend pass {new.id}\n" in stored.config.read_text()
    files = [path for path in stored.home.rglob("*") if path.is_file()]
    holding = [path.name for path in files if new.secret.encode() in path.read_bytes()]
    assert holding == [f"entry-{new.id}"]
    assert new.secret not in result.output
    assert stored.run("s3", "ls").code == 0
    undone = stored.run("mfa", "keys", "rotate", "--undo", "--profile", "default")
    assert undone.code == 0, undone.output
    assert [key.id for key in stored.service.user("ada").access_keys] == [old.id]
    assert [path.name for path in stored.home.glob("entry-*")] == [f"entry-{old.id}"]
    assert f"--backend pass {old.id}\n" in stored.config.read_text()


def test_doctor_tries_the_keyring(stored: Aws) -> None:
    """Nothing about a profile that gets its credentials another way; a program may be gone."""
    assert "keyring" not in findings_of(stored)
    assert "managed-profile" not in findings_of(stored)
    (stored.home / "starts").unlink()
    next(stored.home.glob("entry-*")).unlink()
    assert findings_of(stored)["keyring"] == "warning"
    stored.config.write_text(stored.config.read_text().replace("/awscli-mfa", "/gone/awscli-mfa"))
    assert findings_of(stored)["keyring"] == "error"


def findings_of(aws: Aws) -> dict[str, str]:
    """Return what doctor finds that isn't fine."""
    result = aws.run("mfa", "doctor", "--offline", "--output", "json")
    found = json.loads(result.stdout)["Findings"]
    return {each["Name"]: each["State"] for each in found if each["State"] != "ok"}


def test_another_credential_process_stays_without_mfa(stored: Aws) -> None:
    """To the letter as without the plugin, whatever mfa_session says."""
    text = stored.config.read_text().replace("keyring get", "other get")
    stored.config.write_text(text)
    result = stored.run("sts", "get-caller-identity")
    assert result.code == 0, result.output
    assert stored.service.calls[-1].access_key_id.startswith("AKIA")
