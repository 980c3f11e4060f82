"""``awscli-mfa`` as an alias of the AWS CLI."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.console.by_alias import install_alias, meant_words
from awscli_mfa_plugin.errors import UsageError
from tests.fakes import FakeTerminal

if TYPE_CHECKING:
    from pathlib import Path


def test_a_config_file_that_the_cli_cant_read_stops_no_alias(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its line, which a traceback would show, may have a secret; the next command reports it."""
    config = tmp_path / "config"
    config.write_text("[default]\naws_secret_access_key\n")
    script = tmp_path / "awscli-mfa"
    script.touch()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setattr(sys, "argv", [str(script)])
    install_alias(os.environ)
    assert str(script) in (tmp_path / ".aws" / "cli" / "alias").read_text()


def test_a_refusal_repeats_no_code() -> None:
    """What belongs to the program of exec stays as it was typed."""
    words = ["exec", "--token-code", "123456", "--", "open", "654321"]
    with pytest.raises(UsageError) as refused:
        meant_words(words, [], {}, FakeTerminal(nobody="no terminal"))
    remedy = "Use:  aws mfa -- exec --token-code ****** --profile NAME -- open 654321"
    assert refused.value.remedy == remedy
