"""The credential provider: gives any ``aws`` command the session of a managed profile."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

from botocore.credentials import (
    CredentialProvider,
    Credentials,
    DeferredRefreshableCredentials,
    RefreshableCredentials,
)

from awscli_mfa_plugin.aws.roles import metadata
from awscli_mfa_plugin.errors import CancelledError, MfaError
from awscli_mfa_plugin.session import METHOD

if TYPE_CHECKING:
    from awscli_mfa_plugin.session.credentials import Renewal
    from awscli_mfa_plugin.session.records import Session


class SessionProvider(CredentialProvider):  # type: ignore[misc]
    """Comes before the shared credentials file, whose static session it replaces.

    ``asks`` is false where it must not prompt or renew; ``is_eager`` renews while the
    command is being prepared, in the main thread and before any pager. ``shows`` is set where
    keys are only shown: then an expired session will do. ``session`` is the one that was
    provided, or None.
    """

    METHOD = METHOD
    CANONICAL_NAME = None

    def __init__(self, renewal: Renewal, *, asks: bool = True, is_eager: bool = True) -> None:
        super().__init__()
        self.steps_aside = False
        self.shows = False
        self.session: Session | None = None
        self._one_at_a_time = threading.Lock()
        self._renewal = renewal
        self._asks = asks
        self._is_eager = is_eager

    def load(self) -> Any:
        """Return credentials that renew themselves, or None to let the CLI go on as it would."""
        if self.steps_aside:
            return None
        if self.shows:
            shown = self._renewal.stored()
            return shown and Credentials(
                shown.access_key_id, shown.secret_access_key, shown.session_token, method=METHOD
            )
        if not self._is_eager:
            return DeferredRefreshableCredentials(refresh_using=self._metadata, method=METHOD)
        if not self._asks and self._renewal.stored() is None:
            return None
        return RefreshableCredentials.create_from_metadata(
            self._metadata(), refresh_using=self._metadata, method=METHOD
        )

    def _metadata(self) -> dict[str, str]:
        """Return the session in the form of botocore's refreshable credentials.

        botocore calls this more often than a session needs renewal: its own windows are fixed.
        """
        try:
            with self._one_at_a_time:
                session = self._renewal.session() if self._asks else self._renewal.valid()
                self.session = session
                return metadata(session)
        except CancelledError:
            if threading.current_thread() is threading.main_thread():
                raise KeyboardInterrupt from None
            # An exception alone would leave the command waiting for its other threads.
            os.kill(os.getpid(), signal.SIGINT)
            raise command_failure(MfaError("Cancelled.")) from None
        except MfaError as error:
            raise command_failure(error) from None


class MfaSessionError(Exception):
    """An error of ours on its way through a CLI that has no class for it (v1)."""


def command_failure(error: Exception) -> Exception:
    """Return the exception to raise inside a command: never SystemExit, which v2 takes for 0."""
    try:
        from awscli.customizations.exceptions import ConfigurationError
    except ImportError:
        return MfaSessionError(str(error))
    failure: Exception = ConfigurationError(str(error))
    return failure


class ReportingCommand:
    """A command of v1's table that ends with 253 and our error's text, and not with 255."""

    def __init__(self, command: Any) -> None:
        self._command = command

    def __call__(self, args: Any, parsed_globals: Any) -> Any:
        """Run the command; return its exit code, or 253."""
        try:
            return self._command(args, parsed_globals)
        except MfaSessionError as error:
            sys.stdout.flush()
            sys.stderr.write(f"\n{error}\n")
            return 253

    def __getattr__(self, name: str) -> Any:
        """Answer as the command itself."""
        return getattr(self._command, name)
