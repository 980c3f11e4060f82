"""Long commands and long days: what happens over hours."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import CHAINS
from tests.hosts.moved import MovedClock, RunningClock
from tests.hosts.sessions import log_in
from tests.hosts.terminal import CTRL_D
from tests.hosts.users import REGION, codes_used, keys_of, serial_of, session_in, settle

if TYPE_CHECKING:
    from pathlib import Path

    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

on_v2 = pytest.mark.parametrize("host", ["v2"], indirect=True)

SLOWLY = ("s3", "cp", "--recursive", "s3://reports", "there", "--profile", "mfa")


@pytest.fixture
def clock(aws: EmbeddedAws, tmp_path: Path) -> RunningClock:
    """Return the clock of both sides: a minute passes while a copy lists the files."""
    clock = RunningClock(aws, tmp_path / "clock")

    def observe(when: str, action: str) -> None:
        if (when, action) == ("before", "GetObject"):  # so the embedded AWS calls the list too
            clock.move_to(60)

    aws.observe = observe
    return clock


def settle_nearly_expiring(
    home: Home, aws: EmbeddedAws, *, expiring_in: int = 30, expired_in: int = 600
) -> None:
    """Give the home a session that is expiring, then expired, in so many seconds."""
    managed = f"[profile mfa]\nregion = {REGION}\nmfa_source_profile = default\n"
    settle(home, aws, config=f"{managed}mfa_serial = {serial_of(aws)}\n")
    log_in(home, aws)
    session, text = session_in(home), home.credentials.read_text()
    end = datetime.now(timezone.utc) + timedelta(seconds=expired_in)
    # A quarter of the lifetime is the window, so this starts to expire when wanted.
    issued = end - timedelta(seconds=4 * (expired_in - expiring_in))
    for option, time in (("expiration", end), ("issued", issued)):
        text = text.replace(session[option], time.isoformat(timespec="seconds"))
    home.write_credentials(text)


def test_a_long_copy_renews_its_session(home: Home, aws: EmbeddedAws, clock: RunningClock) -> None:
    """One prompt, on its own line, however many threads; then the copy goes on."""
    settle_nearly_expiring(home, aws)
    terminal = home.spawn(*SLOWLY, env=clock.environment)
    terminal.expect("The MFA session of profile mfa expires in")
    terminal.expect("(profile mfa): ")
    terminal.send_line(aws.fresh_code(serial_of(aws)))
    assert terminal.wait() == 0, terminal.text
    assert terminal.text.count("MFA code for") == 1
    assert codes_used(aws) == 2
    assert len(list((home.path / "there").rglob("*"))) >= 3


@on_v2
def test_a_copy_goes_on_with_the_old_session_if_the_prompt_is_dismissed(
    home: Home, aws: EmbeddedAws, clock: RunningClock
) -> None:
    """Ctrl-D: one prompt, and the copy finishes with the session that is still valid."""
    settle_nearly_expiring(home, aws)
    terminal = home.spawn(*SLOWLY, env=clock.environment)
    terminal.expect("(profile mfa): ")
    terminal.send(CTRL_D)
    assert terminal.wait() == 0, terminal.text
    assert terminal.text.count("MFA code for") == 1
    assert codes_used(aws) == 1


@on_v2
def test_without_a_terminal_the_copy_goes_on(
    home: Home, aws: EmbeddedAws, clock: RunningClock
) -> None:
    """The session is used while it is valid."""
    settle_nearly_expiring(home, aws)
    result = home.run(*SLOWLY, env=clock.environment)
    assert result.returncode == 0, result.output


@pytest.mark.parametrize("host", CHAINS, indirect=True)
def test_a_day_with_roles_prompts_twice(home: Home, aws: EmbeddedAws) -> None:
    """One code at the start and one when the session expires soon, whatever roles are used.

    The CLI alone would prompt for each.
    """
    serial = serial_of(aws)
    classic = f"source_profile = default\nmfa_serial = {serial}\nregion = {REGION}\n"
    roles = "".join(
        f"[profile {name}]\nrole_arn = arn:aws:iam::123456789012:role/{name}\n{classic}"
        for name in ("admin", "reader")
    )
    home.write_config(
        f"[default]\nregion = {REGION}\nmfa_session = on\nmfa_serial = {serial}\n{roles}"
    )
    home.write_credentials(keys_of(aws, "ada"))
    clock = MovedClock(aws)
    for minutes, name, codes in ((0, "admin", 1), (110, "reader", 1), (716, "admin", 2)):
        clock.move_to(minutes * 60)
        env = {**clock.environment, "AWS_MFA_TOKEN_CODE": aws.token_code(serial)}
        result = home.run("sts", "get-caller-identity", "--profile", name, env=env)
        assert result.returncode == 0, result.output
        assert codes_used(aws) == codes
    assumed = [call for call in aws.calls if call.action == "AssumeRole"]
    assert [(call.outcome, call.mfa_serial) for call in assumed] == [("ok", "")] * 3


@on_v2
def test_a_short_session_does_not_prompt_in_its_first_ten_minutes(
    home: Home, aws: EmbeddedAws
) -> None:
    """900 s: its window is a quarter of it, not botocore's fifteen minutes."""
    managed = f"[profile mfa]\nregion = {REGION}\nmfa_source_profile = default\n"
    settle(home, aws, config=f"{managed}mfa_serial = {serial_of(aws)}\n")
    clock = MovedClock(aws)
    log_in(home, aws, "--duration-seconds", "900")
    clock.move_to(585)
    terminal = home.spawn("sts", "get-caller-identity", "--profile", "mfa", env=clock.environment)
    assert terminal.wait() == 0, terminal.text
    assert home.run("mfa", "login", env=clock.environment).returncode == 0
    assert codes_used(aws) == 1
