"""What the entry uses of the host: it loads ``aws mfa``, and keeps secrets from being recorded."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def load_command(session: Any, process_of: Callable[[Any], Any]) -> Any:
    """Return the ``aws mfa`` command of the CLI's session.

    ``process_of`` returns the ``aws`` process of that session, as commands see it.
    """
    with compiled_code_kept():
        if not sys.dont_write_bytecode and getattr(sys, "frozen", False):
            _keep_entry_compiled()
        from awscli_mfa_plugin.host.command import MfaCommand

        return MfaCommand(session, process_of(session))


def _keep_entry_compiled() -> None:
    """Compile the entry, which the CLI itself imports: every ``aws`` command is spared that.

    Compiling it took 10 ms of a plain command of the frozen build.
    """
    import importlib.util
    import py_compile

    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    source = os.path.join(package, "__init__.py")
    compiled = importlib.util.cache_from_source(source)
    with contextlib.suppress(OSError, py_compile.PyCompileError):
        if not os.path.exists(compiled) or os.stat(compiled).st_mtime < os.stat(source).st_mtime:
            py_compile.compile(source, doraise=True)


@contextlib.contextmanager
def compiled_code_kept() -> Iterator[None]:
    """Let Python keep the compiled form of what is imported inside.

    The frozen build of AWS CLI v2 never writes any, so it would compile the plugin anew at
    every start. Where the user forbids it (PYTHONDONTWRITEBYTECODE), it stays forbidden; so it
    does for root in a user's folder, who couldn't remove root's files.
    """
    forbidden = os.environ.get("PYTHONDONTWRITEBYTECODE") or _is_a_users_folder_to_root()
    before = sys.dont_write_bytecode
    if getattr(sys, "frozen", False) and not forbidden:
        sys.dont_write_bytecode = False
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


def _is_a_users_folder_to_root() -> bool:
    is_root = sys.platform != "win32" and os.geteuid() == 0
    return is_root and os.stat(os.path.dirname(os.path.abspath(__file__))).st_uid != 0


def redact_logs() -> None:
    """Keep secrets out of the CLI's debug log."""
    from awscli_mfa_plugin.system.redaction import redact_logs as redact

    redact()


@contextlib.contextmanager
def history_paused() -> Iterator[None]:
    """Record nothing inside: the calls of a renewal have an MFA code and new keys.

    Turning it on again changes nothing if it was off: without a handler it records nothing.
    """
    from botocore.history import get_global_history_recorder

    recorder = get_global_history_recorder()
    recorder.disable()
    try:
        yield
    finally:
        recorder.enable()


def stop_history() -> None:
    """Record nothing more of this process in ``~/.aws/cli/history/history.db``."""
    from botocore.history import get_global_history_recorder

    get_global_history_recorder().disable()
