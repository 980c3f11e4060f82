"""``awscli-mfa`` as an alias of the AWS CLI."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from awscli_mfa_plugin.console.by_alias import install_alias

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


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
