"""A new device's secret: as a QR code, or on the stdin of a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.devices.picture import half_blocks, uri
from awscli_mfa_plugin.devices.secret import check_program, give_seed, qr_code
from awscli_mfa_plugin.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

SEED = "SEEDSEEDSEED"
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "AWS_SECRET_ACCESS_KEY": "hidden-key"}


def test_the_secret_is_on_stdin_alone(tmp_path: Path) -> None:
    """One line; neither arguments nor environment hold it, and no keys are passed on."""
    seen = tmp_path / "seen"
    script = f"cat > {seen}; tr '\\0' '\\n' < /proc/$$/cmdline >> {seen}; env >> {seen}"
    give_seed(f'sh -c "{script}"', SEED, ENVIRONMENT)
    text = seen.read_text()
    assert text.startswith(f"{SEED}\n")
    assert text.count(SEED) == 1
    assert "hidden-key" not in text


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("", "is empty"),
        ("'x", "can't be split"),
        ("/nowhere/program", "can't be run"),
        ("sh -c 'cat >&2; exit 3'", "ended with exit code 3"),
    ],
)
def test_a_program_that_fails(command: str, why: str) -> None:
    """Why is said; what it printed isn't, since it may repeat the secret."""
    with pytest.raises(ConfigurationError, match=why) as caught:
        give_seed(command, SEED, ENVIRONMENT)
    assert SEED not in str(caught.value)


def test_a_program_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is stopped."""
    monkeypatch.setattr("awscli_mfa_plugin.devices.secret.SECONDS", 0.2)
    with pytest.raises(ConfigurationError, match="didn't finish within"):
        give_seed("sleep 30", SEED, ENVIRONMENT)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("", "is empty"),
        ("'x", "can't be split"),
        ("no-such-program insert", "there is no program 'no-such-program'"),
        ("/nowhere/program", "there is no program"),
    ],
)
def test_a_program_that_is_missing(command: str, why: str) -> None:
    """Known before anything is created."""
    with pytest.raises(ConfigurationError, match=why):
        check_program(command, ENVIRONMENT)
    check_program("sh -c 'exit 3'", ENVIRONMENT)


@pytest.mark.parametrize(
    ("name", "account", "width", "height"),
    [("ana-phone", "", 41, 21), ("ana-phone", "123456789012", 45, 23)],
)
def test_the_size_on_the_screen(name: str, account: str, width: int, height: int) -> None:
    """A short URI fits 80 by 24; around the code is a white border of two modules."""
    pytest.importorskip("segno", reason="make .venv installs it")
    text = uri(f"arn:aws:iam::123456789012:mfa/{name}", account, "A" * 64)
    matrix = qr_code(text)
    lines = half_blocks(matrix)
    assert (len(lines[0]), len(lines)) == (width, height)
    assert not any(any(row[:2] + row[-2:]) for row in matrix)
    assert not any(matrix[0] + matrix[1] + matrix[-1] + matrix[-2])
