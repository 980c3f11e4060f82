"""A shared credentials file in its own home, for the tests of shared files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.shared_file import SharedFile
from awscli_mfa_plugin.files.state import StateFolder

if TYPE_CHECKING:
    from pathlib import Path

    from awscli_mfa_plugin.files.document import SharedDocument

OLD = b"""# kept
[default]
aws_access_key_id = AKIAOLD
aws_secret_access_key = old%secret

[work]
S3 =
    max_concurrent_requests = 20
"""
OPTIONS = {"aws_access_key_id": "ASIANEW", "aws_session_token": "new//token=="}
SECTION = b"[mfa]\naws_access_key_id = ASIANEW\naws_session_token = new//token==\n"
NEW = OLD + b"\n" + SECTION


def state_folder(home: Path) -> StateFolder:
    """Return the plugin's folder of that home."""
    return StateFolder(str(home / ".aws" / "cli" / "awscli-mfa"))


def credentials_file(home: Path, path: Path | None = None, *, secret: bool = True) -> SharedFile:
    """Return the store of ``~/.aws/credentials``, or of ``path``."""
    path = path or home / ".aws" / "credentials"
    return SharedFile(str(path), Locks(state_folder(home)), secret=secret)


def with_session(document: SharedDocument) -> SharedDocument:
    """Change what a login changes."""
    return document.with_options("mfa", OPTIONS)


def temporary_files(folder: Path) -> list[Path]:
    """Return the store's temporary files in a folder."""
    return sorted(folder.glob(".*.awscli-mfa-*.tmp"))


def homely(home: Path, content: bytes = OLD, mode: int = 0o600) -> Path:
    """Make ``~/.aws/credentials`` in a home and return its path."""
    path = home / ".aws" / "credentials"
    path.parent.mkdir(mode=0o700, parents=True)
    path.write_bytes(content)
    path.chmod(mode)
    return path
