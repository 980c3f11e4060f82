"""``aws mfa export``, ``exec`` and ``credential-process`` on the real CLIs: shells, signals.

What they print and pass on: ``tests/in_process/test_export_and_exec.py``.
"""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.hosts.home import Home, Result
from tests.hosts.sessions import log_in
from tests.hosts.terminal import Terminal
from tests.hosts.test_renewal import settle_managed
from tests.hosts.users import codes_used, serial_of, session_in, settle

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws


# What depends on shells, signals and formats, not on the CLI.
on_v1 = pytest.mark.parametrize("host", ["v1"], indirect=True)
on_v2 = pytest.mark.parametrize("host", ["v2"], indirect=True)
ROLES = (
    "[profile reader]\nrole_arn = arn:aws:iam::123456789012:role/reader\nsource_profile = mfa\n"
    "[profile admin]\nrole_arn = arn:aws:iam::123456789012:role/admin\nsource_profile = mfa\n"
)
LEFTOVERS = {
    "AWS_ACCESS_KEY_ID": "ASIALEFTOVER00000000",
    "AWS_SECRET_ACCESS_KEY": "a-secret-of-a-session-that-is-over",
    "AWS_SESSION_TOKEN": "a-token-of-a-session-that-is-over",
    "AWS_SECURITY_TOKEN": "another-token-of-that-session",
}


def settled(home: Home, aws: EmbeddedAws, config: str = ROLES) -> None:
    """Give the home a managed profile with a session, and roles on it."""
    settle_managed(home, aws, config)
    log_in(home, aws)


def by_shell(home: Home, script: str, env: dict[str, str] | None = None) -> Result:
    """Run a script of sh in the home."""
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        env=home.environment(env),
        cwd=home.path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        timeout=120,
        check=False,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


@on_v1
def test_a_shell_evaluates_export_and_unset(home: Home, aws: EmbeddedAws) -> None:
    """Variables of another session are replaced, and named; --unset removes all."""
    settled(home, aws)
    script = (
        'eval "$(aws mfa export)" && aws s3 ls && env | grep -c "^AWS_PROFILE="; '
        "echo $AWS_CREDENTIAL_EXPIRATION $AWS_REGION; "
        'eval "$(aws mfa export --unset)"; env | grep "^AWS_[AS]"'
    )
    result = by_shell(home, script, {**LEFTOVERS, "AWS_PROFILE": "mfa"})
    assert "reports" in result.stdout, result.output
    lines = result.stdout.splitlines()[1:]
    assert lines == ["0", f"{session_in(home)['expiration']} eu-west-1"]
    assert "Ignoring AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN" in result.stderr
    assert "AWS_PROFILE" in result.stderr
    assert "token-of-a-session" not in result.output


@on_v2
def test_a_refusal_prints_nothing(home: Home, aws: EmbeddedAws) -> None:
    """The caller's environment isn't changed: stdout is empty, the exit code says why."""
    settle_managed(home, aws)
    script = 'X="$(aws mfa export)"; echo $?; eval "$X"; echo "$X$AWS_ACCESS_KEY_ID"'
    result = by_shell(home, script)
    assert result.stdout == "253\n\n"
    assert "aws mfa login --profile mfa" in result.stderr


@on_v2
def test_export_on_a_terminal_warns(home: Home, aws: EmbeddedAws) -> None:
    """The secrets are on the screen then, and a line says how a shell evaluates them."""
    settled(home, aws)
    result = home.run("mfa", "export", "--format", "sh", tty=True)
    assert "Warning: this printed secrets to your terminal." in result.output
    assert 'eval "$(aws mfa export)"' in result.output


def test_exec_passes_only_the_session_to_the_program(home: Home, aws: EmbeddedAws) -> None:
    """Its options aren't parsed, its exit status is returned, and an aws in it uses the session."""
    settled(home, aws)
    script = 'env | grep ^AWS_ | cut -d= -f1 | sort; echo "$@"; aws s3 ls; exit 7'
    result = home.run(
        *("mfa", "exec", "--", "sh", "-c", script, "sh", "--profile", "other", "--debug", "--"),
        env={**LEFTOVERS, "AWS_PROFILE": "mfa", "AWS_MFA_TOKEN_CODE": "123456"},
    )
    assert result.returncode == 7, result.output
    names, _, shown = result.stdout.partition("--profile other --debug --\n")
    inherited = {"AWS_CA_BUNDLE", "AWS_EC2_METADATA_DISABLED"}
    assert set(names.splitlines()) - inherited == {
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
        *("AWS_CREDENTIAL_EXPIRATION", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_MFA_PROFILE"),
    }
    assert "reports" in shown


@on_v2
def test_exec_passes_signals_on(home: Home, aws: EmbeddedAws) -> None:
    """The program replaces the process: it gets signals, and SIGPIPE as in a shell."""
    settled(home, aws)
    script = "grep ^SigIgn /proc/self/status; trap 'exit 9' TERM; echo; while :; do sleep 0.1; done"
    with home.start("mfa", "exec", "--", "sh", "-c", script) as process:
        assert process.stdout
        ignored = process.stdout.readline().split()[1]
        process.stdout.readline()
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(60) == 9
    assert not int(ignored, 16) >> (signal.SIGPIPE - 1) & 1


def test_a_credential_process_prompts_on_the_terminal(home: Home, aws: EmbeddedAws) -> None:
    """Whatever its streams are; its stdout has only the answer."""
    settle_managed(home, aws)
    script = "aws mfa credential-process --profile mfa < /dev/null > answer 2> said"
    terminal = Terminal(["/bin/sh", "-c", script], env=home.environment(), cwd=home.path)
    home.terminals.append(terminal)
    terminal.expect("Profile mfa needs an MFA session.")
    terminal.expect("(profile mfa): ")
    terminal.send_line(aws.fresh_code(serial_of(aws)))
    assert terminal.wait() == 0, terminal.text
    answer = json.loads((home.path / "answer").read_text())
    assert answer["SessionToken"] == session_in(home)["aws_session_token"]


@on_v2
def test_a_credential_process_cycle_is_an_error(home: Home, aws: EmbeddedAws) -> None:
    """A profile whose source has a credential_process that leads back to it."""
    loop = f"{home.host.aws} mfa credential-process --profile far"
    managed = f"[profile far]\nmfa_source_profile = base\nmfa_serial = {serial_of(aws)}\n"
    settle(home, aws, config=f"[profile base]\ncredential_process = {loop}\n{managed}")
    far = home.run("mfa", "credential-process", "--profile", "far")
    assert (far.returncode, far.stdout) == (253, "")
    assert "asks for the credentials of far itself" in far.stderr


@on_v2
def test_concurrent_credential_processes_use_one_code(home: Home, aws: EmbeddedAws) -> None:
    """The first prompts, the others wait for its result."""
    settle_managed(home, aws, "mfa_process = ./code\n")
    script = home.path / "code"
    script.write_text(f"#!/bin/sh\necho {aws.fresh_code(serial_of(aws))}\n")
    script.chmod(stat.S_IRWXU)
    started = [home.start("mfa", "credential-process", "--profile", "mfa") for _ in range(3)]
    answers = [process.communicate(timeout=120) for process in started]
    assert len({json.loads(out)["SessionToken"] for out, _ in answers}) == 1
    assert codes_used(aws) == 1
