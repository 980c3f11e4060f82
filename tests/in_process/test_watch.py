"""``aws mfa watch``: each check renews, prompts or notifies; a scheduler repeats it."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from tests.in_process.aws import REGION
from tests.recorders import recorded, recorder

if TYPE_CHECKING:
    from pathlib import Path

    from tests.in_process.aws import Aws

SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIAINTHEENVIRONMENT",
    "AWS_SECRET_ACCESS_KEY": "secret in the environment",
    "AWS_MFA_TOKEN_CODE": "492039",
}


def crontab(aws: Aws, table: str = "") -> Path:
    """Put a crontab into the PATH that keeps its table in a file; return that file."""
    path, folder = aws.home / "table", aws.home / "bin"
    folder.mkdir()
    if table:
        path.write_text(table, "utf-8")
    aws.program("bin/crontab", f"case $1 in -l) cat '{path}' ;; -) cat > '{path}' ;; esac")
    aws.program("bin/aws", "exit 0")
    aws.program("bin/cron", "exit 0")
    aws.variables["PATH"] = f"{folder}:/usr/bin:/bin"
    return path


def test_a_check_renews_with_mfa_process(aws: Aws) -> None:
    """Without a prompt; a valid session is left alone."""
    program = aws.program("code", f"echo {aws.service.token_code(aws.serial(), 1)}")
    aws.settle_mfa(f"mfa_process = {program}\n")
    aws.log_in()
    assert aws.run("mfa", "watch", "--once").code == 0
    assert aws.codes_used() == 1
    aws.age(300)
    result = aws.run("mfa", "watch", "--once")
    assert result.code == 0, result.output
    assert aws.codes_used() == 2
    assert result.stdout == ""


def test_the_watch_ignores_a_code_in_the_environment(aws: Aws) -> None:
    """It would have expired when it is needed."""
    aws.settle_mfa()
    aws.log_in()
    aws.age(300)
    aws.run("mfa", "watch", "--once", env={"AWS_MFA_TOKEN_CODE": aws.code()})
    assert aws.codes_used() == 1


def test_without_a_prompt_there_is_one_notification(aws: Aws) -> None:
    """By the user's own program, with profile and expiration in its environment, and no secret."""
    seen = aws.home / "seen"
    program = aws.program("notify", f"env >> {seen}; echo END >> {seen}")
    aws.settle_mfa()
    aws.log_in()
    aws.age(300)
    for _ in range(2):
        words = ("mfa", "watch", "--once", "--notify-command", str(program))
        assert aws.run(*words, env=SECRETS).code == 0
    text = seen.read_text("utf-8")
    assert text.count("END") == 1
    assert "AWS_MFA_PROFILE=mfa" in text
    assert "AWS_MFA_EXPIRATION=" in text
    for secret in (*SECRETS.values(), *(aws.session()[f"aws_{name}"] for name in NAMES)):
        assert secret not in text


NAMES = ("secret_access_key", "session_token")


def desktop(aws: Aws) -> None:
    """Put a display and notify-send into the environment; nobody answers zenity's dialogs."""
    tools = aws.home / "tools"
    tools.mkdir()
    recorder(tools, "notify-send", "")
    recorder(tools, "zenity", "exit 1")
    path = f"{tools}:{aws.environment()['PATH']}"
    aws.variables |= {"PATH": path, "DISPLAY": ":99", "XDG_RUNTIME_DIR": str(tools), "CI": ""}


def notifications(aws: Aws) -> list[str]:
    """Return the titles of the desktop's notifications."""
    return [words[-2] for words in recorded(aws.home / "tools" / "notify-send")]


def test_a_dismissed_dialog_leads_to_one_notification(aws: Aws) -> None:
    """Also if the check is repeated; what was said is in a file that only you can read."""
    desktop(aws)
    aws.settle_mfa()
    aws.log_in()
    aws.age(600)
    for _ in range(2):
        assert aws.run("mfa", "watch", "--once").code == 0
    assert len(recorded(aws.home / "tools" / "zenity")) == 1
    assert notifications(aws) == ["AWS session mfa expires soon"]
    assert aws.codes_used() == 1
    state = aws.folder / "cli" / "awscli-mfa"
    assert stat.S_IMODE((state / "watch.json").stat().st_mode) == 0o600


def test_hostile_names_reach_the_desktop_as_text(aws: Aws) -> None:
    """Quotes, substitutions, markup and options in a profile's name run nothing."""
    desktop(aws)
    name = "-x '\"$(touch ran)`touch ran`<b>"
    aws.settle(
        config='[profile "-x \'\\"$(touch ran)`touch ran`<b>"]\n'
        f"region = {REGION}\nmfa_source_profile = default\nmfa_serial = {aws.serial()}\n"
    )
    aws.log_in(name)
    aws.age(600, name)
    result = aws.run("mfa", "watch", "--once")
    assert result.code == 0, result.output
    [words] = recorded(aws.home / "tools" / "zenity")
    assert f"(profile {name}" in words[2]
    assert notifications(aws) == [f"AWS session {name} expires soon"]
    assert not list(aws.home.rglob("ran"))


def test_status_says_when_a_session_expires_soon(aws: Aws) -> None:
    """As text and as data, without a prompt or a call."""
    aws.settle_mfa()
    aws.log_in()
    calls = len(aws.service.calls)
    result = aws.run("mfa", "watch", "--status")
    assert result.code == 0, result.output
    assert "mfa" in result.stdout
    data = json.loads(aws.run("mfa", "watch", "--status", "--output", "json").stdout)
    assert [each["Profile"] for each in data["Sessions"]] == ["mfa"]
    assert len(aws.service.calls) == calls


def test_the_scheduled_job_has_no_secret(aws: Aws) -> None:
    """--dry-run prints it and changes nothing; keys and codes of the environment aren't in it."""
    table = crontab(aws, "1 * * * * mine\n")
    aws.settle_mfa()
    words = ("mfa", "watch", "--install", "cron", "--dry-run")
    result = aws.run(*words, env=SECRETS)
    assert result.code == 0, result.output
    assert "mfa watch --once" in result.stdout
    for secret in SECRETS.values():
        assert secret not in result.output
    assert table.read_text("utf-8") == "1 * * * * mine\n"


def test_installing_and_uninstalling_the_cron_job(aws: Aws) -> None:
    """Other lines of the crontab stay, byte for byte; no secret is in the file."""
    table = crontab(aws, "1 * * * * mine\n")
    aws.settle_mfa()
    words = ("mfa", "watch", "--install", "cron", "--profile", "mfa")
    result = aws.run(*words, env=SECRETS)
    assert result.code == 0, result.output
    text = table.read_text("utf-8")
    assert "mfa watch --once --profile=mfa" in text
    assert text.startswith("1 * * * * mine\n")
    for secret in SECRETS.values():
        assert secret not in text
    assert "Scheduled by cron." in aws.run("mfa", "watch", "--status").stdout
    assert aws.run("mfa", "watch", "--uninstall").stdout == "Removed from cron.\n"
    assert table.read_text("utf-8") == "1 * * * * mine\n"
    again = aws.run("mfa", "watch", "--uninstall", "--output", "json")
    assert json.loads(again.stdout) == {"Removed": []}


WRONG: dict[str, tuple[tuple[str, ...], int, str]] = {
    "--once and --status": (("--once", "--status"), 252, "Use only one of --once and --status"),
    "--install and --uninstall": (("--install", "--uninstall"), 252, "Use only one of"),
    "--dry-run alone": (("--dry-run",), 252, "--dry-run needs --install"),
    "an unknown scheduler": (("--install", "at"), 252, "'at' isn't a value for --install"),
    "no time at all": (("--before", "0"), 252, "--before must be 1 or more"),
    "two ways to name profiles": (("--profile", "mfa", "--profiles", "x"), 252, "--profiles"),
    "another profile": (("--profile", "nope"), 253, "nope isn't an MFA profile"),
    "no scheduler": (("--install",), 253, "No scheduler can be used"),
}


@pytest.mark.parametrize(("words", "code", "said"), WRONG.values(), ids=WRONG.keys())
def test_errors_say_why(aws: Aws, words: tuple[str, ...], code: int, said: str) -> None:
    """And nothing is done."""
    aws.settle_mfa()
    aws.program("aws", "exit 0")
    result = aws.run("mfa", "watch", *words, env={"PATH": str(aws.home)})
    assert (result.code, result.stdout) == (code, "")
    assert said in result.stderr
    assert not aws.service.calls
