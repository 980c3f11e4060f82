"""What the session needs from the machine and from AWS: Protocols, and all of them in one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from awscli_mfa_plugin.text import PLAIN

# Read by type checkers alone: making the Protocols would cost each `aws` some milliseconds.
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime
    from typing import Any, Protocol

    from awscli_mfa_plugin.session.access_keys import KeyPair
    from awscli_mfa_plugin.session.records import CallerIdentity, Keys, MfaDevice, Profile, Session
    from awscli_mfa_plugin.text import Style

    class Clock(Protocol):
        """The time of this machine."""

        def now(self) -> datetime:
            """Return the time as an aware datetime in the local zone."""

    Notes = Callable[[str], None]
    """Says one line or a few beside the result: on stderr, never stdout."""

    Wait = Callable[[int, str], None]
    """Lets seconds pass, with a countdown after a reason where somebody sees it."""

    class Terminal(Protocol):
        """The controlling terminal, where the user can be prompted."""

        def unavailable_reason(self) -> str:
            """Return why there can be no prompt, or ""."""

        def ask(self, question: str, *, hidden: bool = False) -> str:
            """Return the line that was typed, without surrounding blanks.

            Raises CancelledError on Ctrl-C and Ctrl-D, CannotAskError when nobody answers.
            """

        def tell(self, text: str) -> None:
            """Show text that belongs to a question."""

    class SharedFiles(Protocol):
        """The shared config and credentials files."""

        config_path: str
        credentials_path: str

        def profile(self, name: str) -> Profile:
            """Return a profile as it is in the files now."""

        def session_of(self, profile: Profile) -> Session | None:
            """Return the profile's session from wherever it is stored, or None."""

        def profile_names(self) -> tuple[str, ...]:
            """Return the names of all profiles in both files."""

        def check_writable(self, profile: Profile, *, config: bool) -> None:
            """Raise ConfigurationError if the session, or ``config`` too, couldn't be written."""

        def write_session(self, name: str, session: Session) -> None:
            """Store a session: in the profile, or in the CLI's cache beside long-lived keys."""

        def keep_waiting(self, name: str, session: Session) -> None:
            """Keep a session that couldn't be written in the cache."""

        def waiting_session(self, name: str) -> Session | None:
            """Return the session that :meth:`keep_waiting` kept, until one was written."""

        def write_settings(self, name: str, settings: Mapping[str, str]) -> None:
            """Put settings into the profile's config section."""

        def config_document(self) -> Any:
            """Return what is in the config file now, as a document of the files."""

        def update_config(self, change: Callable[[Any], Any]) -> bool:
            """Replace the whole config file with ``change`` of it; return whether it differs."""

        def check_key_writable(self, names: Collection[str], key_id: str) -> None:
            """Raise ConfigurationError if ``replace_key`` would be refused, as far as is known."""

        def replace_key(
            self, names: Collection[str], key_id: str, new: KeyPair, *, in_keyring: bool = False
        ) -> None:
            """Put a long-lived key where these profiles have the key ``key_id``.

            ``in_keyring``: in their lines that get it from the keyring, else in the files.
            """

        def remove_session(self, name: str) -> bool:
            """Remove our session from wherever it is stored; return whether there was one."""

        def remove_settings(self, name: str, options: tuple[str, ...]) -> bool:
            """Remove settings from the profile's config section; return whether there were any."""

    class CredentialChain(Protocol):
        """botocore's own ways to resolve a profile's keys."""

        def keys_of(self, profile: str) -> Keys:
            """Return the keys that the profile resolves to, or raise ConfigurationError."""

    class SecurityTokenService(Protocol):
        """AWS STS."""

        def get_session_token(
            self, keys: Keys, mfa_serial: str, token_code: str, duration_seconds: int, region: str
        ) -> Session:
            """Exchange a token code for a session (STS API reference, GetSessionToken)."""

        def get_caller_identity(self, keys: Keys, region: str) -> CallerIdentity:
            """Return whose the keys are (STS API reference, GetCallerIdentity)."""

    class IdentityAndAccessManagement(Protocol):
        """AWS IAM."""

        def list_mfa_devices(
            self, keys: Keys, user_name: str | None, region: str
        ) -> tuple[MfaDevice, ...]:
            """Return a user's devices (IAM API reference, ListMFADevices)."""

    class TokenProcess(Protocol):
        """The command of ``mfa_process``, which prints a token code."""

        def __call__(self, command: str, /) -> str:
            """Return what it printed; raise TokenProcessError if it failed."""

    class UsedCodes(Protocol):
        """The memory of the last code used of each device."""

        def is_used(self, serial: str, token_code: str) -> bool:
            """Return whether the code was the last one used, within 120 s."""

        def remember(self, serial: str, token_code: str) -> None:
            """Remember a code that may be used."""

    class Locks(Protocol):
        """Locks among the processes of this user."""

        def hold(
            self, name: str, wait_seconds: float, on_wait: Callable[[str], None] | None = None
        ) -> AbstractContextManager[None]:
            """Hold the lock of a name; ``on_wait`` gets the holder's description once.

            Raises BusyError when it isn't free after ``wait_seconds``.
            """

    class CountingTerminal(Terminal, Protocol):
        """A terminal that can show a countdown."""

        def wait(self, seconds: int, reason: str) -> None:
            """Let ``seconds`` pass, counting down after ``reason``."""


@dataclass(frozen=True)
class Ports:
    """Everything outside itself that a command needs.

    ``environment_code`` returns what ``AWS_MFA_TOKEN_CODE`` held once in a process, then "";
    ``style`` has the colors of the terminal.
    """

    clock: Clock
    notes: Notes
    terminal: Terminal
    wait: Wait
    environment: Mapping[str, str] = field(repr=False)
    files: SharedFiles
    chain: CredentialChain
    sts: SecurityTokenService
    iam: IdentityAndAccessManagement
    token_process: TokenProcess
    used_codes: UsedCodes
    locks: Locks
    read_stdin: Callable[[], str]
    environment_code: Callable[[], str]
    style: Style = PLAIN
