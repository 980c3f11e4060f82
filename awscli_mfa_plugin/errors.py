"""What can go wrong: every error carries the CLI's exit code and a remedy.

The exit codes are AWS CLI v2's own (AWS CLI user guide, 'Command line return codes'):
252 wrong usage, 253 configuration, 254 the service said no, 255 anything else,
130 cancelled from the keyboard.
"""

from __future__ import annotations


class MfaError(Exception):
    """The base of all errors of the plugin, never raised directly.

    ``what`` says what failed and why, ``remedy`` what to do next; each is one line of
    text that is safe to show on a terminal, without a secret in it.
    """

    exit_code = 255

    def __init__(self, what: str, remedy: str = "") -> None:
        """Keep ``what`` and ``remedy``; ``str()`` shows them on one or two lines."""
        super().__init__(what, remedy)
        self.what = what
        self.remedy = remedy
        self.is_safe_to_repeat = False

    @property
    def clause(self) -> str:
        """What failed, without the full stop: to be part of another sentence."""
        return self.what.rstrip(".")

    def __str__(self) -> str:
        """Return what failed and, on a second line, what to do next."""
        return f"{self.what}\n{self.remedy}" if self.remedy else self.what


class UsageError(MfaError):
    """The command line is wrong."""

    exit_code = 252


class ConfigurationError(MfaError):
    """A profile, a file or the environment lacks what the command needs."""

    exit_code = 253


def _shown(path: str) -> str:
    import os

    from awscli_mfa_plugin.text import short_path

    return short_path(path, os.path.expanduser("~"))


class UnparsableFileError(ConfigurationError):
    """A shared file that botocore can't parse; nothing is changed.

    ``line`` is 0 where it isn't known; ``reason`` goes on from it: 'repeats the section of line 1'.
    """

    def __init__(
        self,
        path: str,
        line: int,
        reason: str,
        remedy: str = "Nothing was changed. Correct that line, then try again.",
    ) -> None:
        self.path, self.line, self.reason = path, line, reason
        super().__init__(f"The AWS CLI can't read {_shown(path)}: {self.problem}.", remedy)

    @property
    def problem(self) -> str:
        """The line and the reason."""
        return f"line {self.line} {self.reason}" if self.line else self.reason


class UnwritableFileError(ConfigurationError):
    """A file that can't be read, or can't be replaced without risk; nothing is changed.

    ``reason`` goes on from the path: 'isn't a regular file'.
    """

    def __init__(self, path: str, reason: str, remedy: str) -> None:
        super().__init__(f"{_shown(path)} {reason}.", remedy)
        self.path, self.reason = path, reason


class CannotAskError(ConfigurationError):
    """An MFA code is needed and nobody can be prompted for it."""


class UnshownError(CannotAskError):
    """The question couldn't be shown."""


class KeyringError(ConfigurationError):
    """The system's keyring is locked, or fails."""


class TokenProcessError(ConfigurationError):
    """The command in ``mfa_process`` failed, hung, or printed no token code."""


class ServiceError(MfaError):
    """AWS answered, and said no; ``aws_code`` is AWS's error code, or ""."""

    exit_code = 254
    aws_code = ""

    def with_code(self, code: str) -> ServiceError:
        """Return this error, with AWS's code."""
        self.aws_code = code
        return self


class WrongCodeError(ServiceError):
    """AWS rejected the MFA code: mistyped, expired, or already used."""


class CodeUsedError(ServiceError):
    """The token code was used already; AWS takes every code once."""


class UnknownDeviceError(ServiceError):
    """AWS knows no usable MFA device of this user under the serial."""


class WrongKeyError(ServiceError):
    """AWS doesn't know the access key, or it is inactive."""


class ClockError(ServiceError):
    """The clock of this machine is too far from AWS's."""


class TemporaryKeysError(ServiceError):
    """The source profile has temporary keys, which AWS makes no session from."""


class KeyLimitError(ServiceError):
    """The user has as many access keys as AWS allows."""


class NoSuchKeyError(ServiceError):
    """The user has no access key of this ID."""


class PermissionDeniedError(ServiceError):
    """A policy denies the call."""


class ThrottledError(ServiceError):
    """AWS is limiting requests, and didn't process this one."""


class BadAnswerError(ServiceError):
    """AWS took the token code and its answer isn't a session; the code is used up.

    ``field`` is what is wrong with it: a name in the answer.
    """

    def __init__(self, what: str, remedy: str, field: str) -> None:
        super().__init__(what, remedy)
        self.field = field


class UnreachableError(MfaError):
    """AWS couldn't be reached, or something else answered in its place."""


class AnswerLostError(UnreachableError):
    """The call may have reached AWS, but its answer was lost: the code may be used up."""


class BusyError(MfaError):
    """Another process holds a lock that this one needs, for too long."""


class CancelledError(MfaError):
    """The user cancelled at the terminal; by Ctrl-C (``by_interrupt``) or otherwise."""

    exit_code = 130

    def __init__(self, what: str, *, by_interrupt: bool = False) -> None:
        super().__init__(what)
        self.by_interrupt = by_interrupt
