"""Loading ``aws mfa``: compiled code in the frozen build."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import awscli
import pytest

from awscli_mfa_plugin.host import loading
from awscli_mfa_plugin.host.command import MfaCommand

assert awscli  # before botocore


@pytest.mark.parametrize(
    ("frozen", "forbidden", "inside"),
    [(True, "", False), (True, "1", True), (False, "", True)],
)
def test_compiled_code_is_saved_only_in_the_frozen_build(
    monkeypatch: pytest.MonkeyPatch, *, frozen: bool, forbidden: str, inside: bool
) -> None:
    """Unless the user forbids it; the setting is restored afterwards."""
    monkeypatch.setattr(sys, "frozen", frozen, raising=False)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", forbidden)
    with loading.compiled_code_kept():
        assert sys.dont_write_bytecode is inside
    assert sys.dont_write_bytecode is True


@pytest.mark.parametrize(("user", "owner", "inside"), [(0, 1000, True), (0, 0, False)])
def test_root_leaves_no_files_in_a_users_folder(
    monkeypatch: pytest.MonkeyPatch, *, user: int, owner: int, inside: bool
) -> None:
    """The user couldn't remove them."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    stat = Path(loading.__file__).parent.stat()
    fields = list(stat)
    fields[4] = owner
    monkeypatch.setattr(os, "stat", lambda _: os.stat_result(fields))
    with loading.compiled_code_kept():
        assert sys.dont_write_bytecode is inside


@pytest.mark.parametrize(
    ("frozen", "forbidden", "is_kept"),
    [(True, False, True), (False, False, False), (True, True, False)],
)
def test_the_entry_is_compiled_in_the_frozen_build(
    monkeypatch: pytest.MonkeyPatch, *, frozen: bool, forbidden: bool, is_kept: bool
) -> None:
    """For the next ``aws``, since the frozen build wouldn't."""
    kept: list[bool] = []
    monkeypatch.setattr(sys, "frozen", frozen, raising=False)
    monkeypatch.setattr(sys, "dont_write_bytecode", forbidden)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1" if forbidden else "")
    monkeypatch.setattr(loading, "_keep_entry_compiled", lambda: kept.append(True))
    asked: list[Any] = []

    def process_of(session: Any) -> str:
        asked.append(session)
        return "process"

    command = loading.load_command("session", process_of)
    assert isinstance(command, MfaCommand)
    made: Any = command
    assert (made._process, made._session, asked) == ("process", "session", ["session"])
    assert kept == [True] * is_kept


def test_the_entry_is_compiled_if_its_compiled_form_is_old(tmp_path: Any, monkeypatch: Any) -> None:
    """Or missing; a read-only folder is no error."""
    package = tmp_path / "plugin"
    (package / "host").mkdir(parents=True)
    source = package / "__init__.py"
    source.write_text("x = 1\n")
    monkeypatch.setattr(loading, "__file__", str(package / "host" / "loading.py"))
    loading._keep_entry_compiled()
    [compiled] = (package / "__pycache__").glob("__init__.*.pyc")
    os.utime(source, (1, 1))
    compiled.write_bytes(b"newer")
    loading._keep_entry_compiled()
    assert compiled.read_bytes() == b"newer"
    os.utime(compiled, (0, 0))
    loading._keep_entry_compiled()
    assert compiled.read_bytes() != b"newer"
    source.write_text("def broken(:\n")
    os.utime(compiled, (0, 0))
    loading._keep_entry_compiled()
