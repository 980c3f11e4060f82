"""``aws mfa configure``: reading and exporting a manifest. Questions are tested elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.in_process.aws import section_of

if TYPE_CHECKING:
    from tests.in_process.aws import Aws

TEAM = """\
version: 1
profiles:
  mfa:
    mfa_source_profile: default
    duration_seconds: 28800
  admin:
    role_arn: arn:aws:iam::123456789012:role/admin
    source_profile: mfa
"""
WITH_COMMAND = TEAM.replace("28800\n", "28800\n    mfa_process: steal my-code\n")


def manifest(aws: Aws, text: str) -> str:
    """Write a manifest; return its path."""
    path = aws.home / "team.yaml"
    path.write_text(text, "utf-8")
    return str(path)


def test_a_manifest_is_merged(aws: Aws) -> None:
    """Its settings are added to the config file; everything before them is unchanged."""
    aws.settle(config="# mine\n[profile other]\nx = y\n")
    before = aws.config.read_bytes()
    result = aws.run("mfa", "configure", "--from", manifest(aws, TEAM))
    assert result.code == 0, result.output
    assert aws.config.read_bytes().startswith(before)
    assert section_of(aws.config, "profile mfa") == {
        "mfa_source_profile": "default",
        "duration_seconds": "28800",
    }
    assert section_of(aws.config, "profile admin")["source_profile"] == "mfa"
    aws.log_in()


def test_a_dry_run_shows_the_change(aws: Aws) -> None:
    """As a diff; the file isn't changed."""
    aws.settle()
    before = aws.config.read_bytes()
    result = aws.run("mfa", "configure", "--from", manifest(aws, TEAM), "--dry-run")
    assert result.code == 0, result.output
    assert "+mfa_source_profile = default" in result.stdout
    assert aws.config.read_bytes() == before


@pytest.mark.parametrize("options", [(), ("--yes",)])
def test_a_command_in_a_manifest_needs_approval(aws: Aws, options: tuple[str, ...]) -> None:
    """Without a terminal the manifest is refused as a whole, even with --yes."""
    aws.settle()
    before = aws.config.read_bytes()
    result = aws.run("mfa", "configure", "--from", manifest(aws, WITH_COMMAND), *options)
    assert result.code == 253, result.output
    assert "steal my-code" in result.stderr
    assert "--allow-commands" in result.stderr
    assert aws.config.read_bytes() == before


def test_allow_commands_accepts_all(aws: Aws) -> None:
    """And shows what was accepted."""
    aws.settle()
    words = ("mfa", "configure", "--from", manifest(aws, WITH_COMMAND), "--allow-commands")
    result = aws.run(*words)
    assert result.code == 0, result.output
    assert "steal my-code" in result.stdout
    assert section_of(aws.config, "profile mfa")["mfa_process"] == "steal my-code"


def test_replacing_a_value_needs_a_yes(aws: Aws) -> None:
    """Without a terminal, --yes is needed."""
    aws.settle_mfa("duration_seconds = 900\n")
    before, path = aws.config.read_bytes(), manifest(aws, TEAM)
    refused = aws.run("mfa", "configure", "--from", path)
    assert refused.code == 253
    assert "would replace duration_seconds of mfa" in refused.stderr
    assert aws.config.read_bytes() == before
    assert aws.run("mfa", "configure", "--from", path, "--yes").code == 0
    assert section_of(aws.config, "profile mfa")["duration_seconds"] == "28800"


UNTRUSTED = "decides where keys go or what code runs"
NO_ALIASES = "YAML anchors and aliases ('&', '*') aren't allowed"

REFUSED = {
    "an endpoint": (
        TEAM.replace("28800", "28800\n    endpoint_url: https://evil.example"),
        f"'endpoint_url' {UNTRUSTED}",
    ),
    "a CA bundle": (
        TEAM.replace("28800", "28800\n    ca_bundle: /tmp/ca"),
        f"'ca_bundle' {UNTRUSTED}",
    ),
    "a credential process": (
        TEAM.replace("28800", "28800\n    credential_process: steal"),
        f"'credential_process' {UNTRUSTED}",
    ),
    "plugins": (TEAM + "plugins:\n  x: y\n", "unknown key 'plugins'"),
    "a secret": (
        TEAM + "# AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
        "this looks like an access key ID",
    ),
    "an alias of YAML": (TEAM + "x: &a [*a]\n", NO_ALIASES),
    "no manifest": ("hello\n", "expected 'version' and 'profiles'"),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_a_manifest_with_a_forbidden_setting_is_refused(aws: Aws, text: str, reason: str) -> None:
    """As a whole, and a secret isn't repeated."""
    aws.settle()
    before = aws.config.read_bytes()
    result = aws.run("mfa", "configure", "--from", manifest(aws, text), "--yes")
    assert (result.code, result.stdout) == (253, "")
    assert "team.yaml" in result.stderr
    assert reason in result.stderr
    assert "wJalrXUtnFEMI" not in result.stderr
    assert aws.config.read_bytes() == before


HOSTILE = {
    "plugins": ("version: 1\nprofiles: {}\nplugins: {x: os}\n", "unknown key 'plugins'"),
    "an escape sequence": (
        WITH_COMMAND.replace("steal my-code", '"\\e]0;owned\\a\\e[2Jykman"'),
        "mfa_process contains a control character",
    ),
    "aliases": (
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [" + ", ".join(["*b"] * 5000) + "]\n",
        NO_ALIASES,
    ),
    "a tag": (
        "version: 1\nprofiles: !!python/object/apply:os.system [touch owned]\n",
        "YAML tags ('!') aren't allowed",
    ),
    "depth": ("[" * 60_000, "it is nested too deeply"),
    "size": (TEAM + "#" * 2_000_000, "is larger than 64 KiB"),
    "another kind": (
        "version: 1\nprofiles: {sandbox: {mfa_session: on}}\n",
        "your profile sandbox gets its credentials from",
    ),
}


@pytest.mark.parametrize(("text", "reason"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_manifest_changes_nothing(aws: Aws, text: str, reason: str) -> None:
    """Even with an answer to every question: it is refused with one error, for what it is."""
    aws.settle(config="[profile sandbox]\nsso_session = x\nregion = us-west-2\n")
    words = ("mfa", "configure", "--from", manifest(aws, text), "--yes", "--allow-commands")
    before = aws.files()
    result = aws.run(*words)
    assert (result.code, result.stdout) == (253, ""), result.output
    assert reason in result.stderr
    assert "Nothing was changed" in result.stderr or "nothing was read" in result.stderr
    assert "\x1b" not in result.output
    assert "bug" not in result.stderr
    assert {name: aws.files()[name] for name in before} == before
    assert not list(aws.home.rglob("owned"))


def test_a_profile_with_keys_gets_no_source(aws: Aws) -> None:
    """A manifest can't turn a profile into another kind."""
    aws.settle()
    text = TEAM.replace("  mfa:", "  default:").replace("source_profile: mfa", "source_profile: x")
    before = aws.config.read_bytes()
    assert aws.run("mfa", "configure", "--from", manifest(aws, text), "--yes").code == 253
    assert aws.config.read_bytes() == before


def test_importing_an_export_changes_nothing(aws: Aws) -> None:
    """The export of the current setup has no secret."""
    aws.settle_mfa(
        config="[profile admin]\nrole_arn = arn:aws:iam::123456789012:role/admin\n"
        "source_profile = mfa\n"
    )
    exported = aws.run("mfa", "configure", "--export")
    assert exported.code == 0, exported.output
    assert aws.service.user("ada").secret_access_key not in exported.stdout
    before = aws.config.read_bytes()
    again = aws.run("mfa", "configure", "--from", manifest(aws, exported.stdout))
    assert again.code == 0
    assert again.stdout.startswith("Nothing to change in")
    assert aws.config.read_bytes() == before


WRONG = {
    "--yes without --from": ("--yes",),
    "--allow-commands without --from": ("--allow-commands",),
    "--export with --from": ("--export", "--from", "x"),
    "--export with --dry-run": ("--export", "--dry-run"),
}


@pytest.mark.parametrize("words", WRONG.values(), ids=WRONG.keys())
def test_options_that_exclude_each_other(aws: Aws, words: tuple[str, ...]) -> None:
    """Wrong usage."""
    result = aws.run("mfa", "configure", *words)
    assert (result.code, result.stdout) == (252, "")


def test_questions_need_a_terminal(aws: Aws) -> None:
    """Without one nothing is written, and it says what a script needs."""
    aws.settle()
    before = aws.config.read_bytes()
    result = aws.run("mfa", "configure")
    assert (result.code, result.stdout) == (253, "")
    assert "aws mfa configure --from FILE" in result.stderr
    assert aws.config.read_bytes() == before


AWS_MFA_CONFIG = "[default]\nregion = eu-west-1\n"


def with_aws_mfa(aws: Aws) -> str:
    """Give the home what aws-mfa keeps there, with a session of its own; return the file."""
    user = aws.service.user("ada")
    aws.config.write_text(aws.config.read_text("utf-8") + AWS_MFA_CONFIG, "utf-8")
    text = (
        f"# mine\n[default-long-term]\naws_access_key_id = {user.access_key_id}\n"
        f"aws_secret_access_key = {user.secret_access_key}\n"
        f"aws_mfa_device = {user.devices[0].serial}\n"
        "[default]\nassumed_role = False\naws_access_key_id = ASIATHEIRS\n"
        "aws_secret_access_key = theirs\naws_session_token = theirs\n"
        "aws_security_token = theirs\nexpiration = 2099-01-01 00:00:00\n"
    )
    aws.credentials.write_text(text, "utf-8")
    return text


def test_the_setup_of_another_tool_is_imported(aws: Aws) -> None:
    """A new profile is added, nothing of theirs changes, and the login works."""
    theirs = with_aws_mfa(aws)
    before = aws.config.read_bytes()
    result = aws.run("mfa", "configure", "--import", "--yes")
    assert result.code == 0, result.output
    assert "Found aws-mfa: long-lived keys in default-long-term, sessions in default" in (
        result.stderr
    )
    assert aws.config.read_bytes().startswith(before)
    assert section_of(aws.config, "profile mfa") == {
        "mfa_source_profile": "default-long-term",
        "mfa_serial": aws.service.user("ada").devices[0].serial,
        "region": "eu-west-1",
    }
    aws.log_in()
    assert aws.credentials.read_text("utf-8").startswith(theirs)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 253),
        (("--profile", "default", "--yes"), 253),
        (("--from", "x"), 252),
        (("--source-profile", "nowhere"), 253),
    ],
)
def test_an_import_that_is_refused_changes_nothing(
    aws: Aws, words: tuple[str, ...], code: int
) -> None:
    """Without a terminal it needs --yes; aws-mfa's own section never becomes ours."""
    with_aws_mfa(aws)
    before = {path: path.read_bytes() for path in (aws.config, aws.credentials)}
    result = aws.run("mfa", "configure", "--import", *words)
    assert (result.code, result.stdout) == (code, "")
    assert {path: path.read_bytes() for path in before} == before


def test_commands_of_another_tool_need_approval(aws: Aws) -> None:
    """Without a terminal, --yes isn't enough; the command is shown whole and never run."""
    ran = aws.home / "ran"
    command = f"touch {ran} --no-session aws-vault"
    line = f"credential_process = aws-vault export --no-session work; {command}\n"
    aws.config.write_text(f"{aws.config.read_text('utf-8')}[profile work]\n{line}", "utf-8")
    before = aws.config.read_bytes()
    refused = aws.run("mfa", "configure", "--import", "--yes")
    assert refused.code == 253
    assert f"aws-vault export --no-session work; {command}" in refused.stderr
    assert aws.config.read_bytes() == before
    accepted = aws.run("mfa", "configure", "--import", "--yes", "--allow-commands")
    assert accepted.code == 0
    assert command in accepted.stderr
    assert section_of(aws.config, "profile work-mfa") == {"mfa_source_profile": "work"}
    assert not ran.exists()


def test_the_import_of_nothing_has_a_remedy(aws: Aws) -> None:
    """Keys alone are no other tool."""
    aws.settle()
    result = aws.run("mfa", "configure", "--import")
    assert result.code == 253
    assert "aws mfa configure" in result.stderr


def test_a_profile_for_programs(aws: Aws) -> None:
    """It gets the session from awscli-mfa, in the same region; an existing profile is refused."""
    aws.settle_mfa()
    aws.program("awscli-mfa", "exit 1")
    env = {"PATH": f"{aws.home}:/usr/bin:/bin"}
    words = ("mfa", "configure", "--profile", "mfa", "--for-programs")
    before = aws.config.read_bytes()
    shown = aws.run(*words, "work", "--dry-run", env=env)
    assert "+credential_process = " in shown.stdout
    assert aws.config.read_bytes() == before
    assert aws.run(*words, "work", "--yes", env=env).code == 0
    assert aws.config.read_bytes().startswith(before)
    assert section_of(aws.config, "profile work") == {
        "credential_process": f"{aws.home}/awscli-mfa credential-process --profile mfa",
        "region": "eu-west-1",
    }
    again = aws.config.read_bytes()
    assert aws.run(*words, "work", "--yes", env=env).code == 0
    for name, code in (("default", 253), ("mfa", 253), ("a]b", 253)):
        assert aws.run(*words, name, "--yes", env=env).code == code
    assert aws.run(*words, "work", "--export", env=env).code == 252
    assert aws.config.read_bytes() == again


def test_a_profile_for_programs_needs_the_script(aws: Aws) -> None:
    """Where it isn't found, that is said: the profile works as soon as it is there."""
    aws.settle_mfa()
    words = ("mfa", "configure", "--profile", "mfa", "--for-programs", "work", "--yes")
    result = aws.run(*words, env={"PATH": str(aws.home)})
    assert result.code == 0
    assert "awscli-mfa isn't on your PATH." in result.stderr
    section = section_of(aws.config, "profile work")
    assert section["credential_process"] == "awscli-mfa credential-process --profile mfa"
