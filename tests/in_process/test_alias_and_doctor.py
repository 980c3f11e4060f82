"""``aws mfa alias`` and ``aws mfa doctor``."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.in_process.aws import Aws, Result

MINE = "# mine\n[toplevel]\nwhoami = s3 ls\n"


def test_installing_and_removing_the_alias_pack(aws: Aws) -> None:
    """What was in the alias file stays, byte for byte, and the user's own alias wins."""
    path = aws.folder / "cli" / "alias"
    path.parent.mkdir()
    path.write_text(MINE, "utf-8")
    assert aws.run("mfa", "alias", "list").code == 0
    dry = aws.run("mfa", "alias", "install", "--dry-run")
    assert dry.stdout
    assert path.read_text("utf-8") == MINE
    result = aws.run("mfa", "alias", "install")
    assert result.code == 0, result.output
    assert "whoami" in result.stdout
    assert path.read_text("utf-8").count("whoami =") == 1
    assert aws.run("mfa", "alias", "uninstall").code == 0
    assert path.read_text("utf-8") == MINE


def test_an_error_of_alias_changes_nothing(aws: Aws) -> None:
    """Wrong usage is 252, a bad pack and a block changed by hand are 253."""
    path = aws.folder / "cli" / "alias"
    path.parent.mkdir()
    path.write_text("[toplevel]\nmine = s3 ls\n", "utf-8")
    for words in (("bogus",), ("list", "--all"), ("list", "--yes"), ("install", "--all")):
        assert aws.run("mfa", "alias", *words).code == 252
    bad, ours = aws.home / "bad.yaml", aws.home / "ours.yaml"
    bad.write_text("pack: &a x\n")
    result = aws.run("mfa", "alias", "install", "--from", str(bad))
    assert "bad.yaml, line 1, column 7: YAML anchors" in result.stderr
    assert result.code == 253
    ours.write_text("pack: awscli-mfa-plugin\naliases: []\n")
    assert aws.run("mfa", "alias", "install", "--from", str(ours)).code == 253
    assert path.read_text("utf-8") == "[toplevel]\nmine = s3 ls\n"
    assert aws.run("mfa", "alias", "install").code == 0
    changed = path.read_text("utf-8").replace("mfa status", "s3 ls")
    path.write_text(changed, "utf-8")
    for action in ("install", "uninstall", "list"):
        result = aws.run("mfa", "alias", action)
        assert "were edited by hand (block at line 3)" in result.stderr
        assert result.code == 253
    assert path.read_text("utf-8") == changed


def doctor(aws: Aws, *words: str) -> tuple[Result, list[Any]]:
    """Return a run of doctor on a machine with no aws on its PATH, and its findings."""
    env = {"PATH": str(aws.home)}
    result = aws.run("mfa", "doctor", *words, "--output", "json", env=env)
    return result, json.loads(result.stdout)["Findings"]


def files_of(findings: list[Any]) -> set[str]:
    """Return the states of the finding about the modes of files."""
    return {each["State"] for each in findings if each["Name"] == "file-modes"}


def test_doctor_fixes_a_file_that_others_can_read(aws: Aws) -> None:
    """Without --fix it is only reported; with --fix --yes its mode is changed."""
    aws.settle()
    aws.credentials.chmod(0o644)
    result, findings = doctor(aws, "--offline")
    assert result.code != 0
    assert files_of(findings) & {"warning", "error"}
    assert stat.S_IMODE(aws.credentials.stat().st_mode) == 0o644
    doctor(aws, "--offline", "--fix", "--yes")
    assert stat.S_IMODE(aws.credentials.stat().st_mode) == 0o600


def test_doctor_uses_no_code_and_shows_no_secret(aws: Aws) -> None:
    """It calls STS and IAM; with --offline nothing."""
    aws.settle_mfa()
    aws.log_in()
    session, before = aws.session(), aws.credentials.read_bytes()
    calls = len(aws.service.calls)
    doctor(aws, "--offline")
    assert len(aws.service.calls) == calls
    result, _ = doctor(aws)
    assert len(aws.service.calls) > calls
    assert aws.codes_used() == 1
    assert aws.credentials.read_bytes() == before
    for secret in (session["aws_secret_access_key"], session["aws_session_token"]):
        assert secret not in result.output


@pytest.mark.parametrize(("seconds", "is_off"), [(0, False), (3600, True)])
def test_doctor_reports_a_wrong_clock(aws: Aws, seconds: int, *, is_off: bool) -> None:
    """It compares the clock with the Date of AWS's answer."""
    aws.settle()
    aws.service.set_offset(seconds)
    _, findings = doctor(aws)
    (clock,) = (each for each in findings if each["Name"] == "clock")
    assert (clock["State"] != "ok") == is_off


def test_wrong_usage_of_doctor(aws: Aws) -> None:
    """--yes alone fixes nothing."""
    assert aws.run("mfa", "doctor", "--yes").code == 252


def test_doctor_names_an_old_key(aws: Aws) -> None:
    """By one call more, with the key that it lists the devices with; a denial is no finding."""
    aws.settle_mfa()
    before = len(aws.service.calls)
    result = aws.run("mfa", "doctor", "--output", "json")
    findings = json.loads(result.stdout)["Findings"]
    (finding,) = [each for each in findings if each["Name"] == "access-key"]
    assert finding["State"] == "note"
    assert "days old" in finding["Seen"]
    assert aws.actions()[before:].count("ListAccessKeys") == 1
    user = aws.service.user("ada")
    user.denied_actions.append("iam:ListAccessKeys")
    try:
        denied = aws.run("mfa", "doctor", "--output", "json")
    finally:
        user.denied_actions.remove("iam:ListAccessKeys")
    assert "access-key" not in denied.stdout
