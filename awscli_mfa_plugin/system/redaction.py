"""Masks secrets in logs, wherever a library writes them."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

_MASK = "********"

_SECRETS = r"""(?ix)
    (?P<before>
        <(?:SecretAccessKey|SessionToken|TokenCode|Base32StringSeed|QRCodePNG)>\s{0,80}
      | (?<![a-z])(?:SecretAccessKey|SessionToken|TokenCode|token_code|aws_mfa_token_code
              |Base32StringSeed|QRCodePNG|AuthenticationCode[12]
              |aws_secret_access_key|aws_session_token|aws_security_token|x-amz-security-token)
        \\?["']?\s{0,8}(?:[:=,]|=>)\s{0,8}b?\\?["']?
      | --t(?:o|ok|oke|oken|oken-|oken-c[a-z-]{0,8})?
        (?:=|["']?\s{0,8},\s{0,8}["']?|["']?\s{1,8}["']?)
    )
    (?P<secret>(?:\\x89PNG(?:[^'\\]|\\.)*)|[0-9](?:[ -]?[0-9]){5,}|[^\s"'<>&,;)}\]\\]+)
    """
"""What a secret looks like in a log: in AWS's XML, a header, a form, a dict, an argument."""


def redacted(text: str) -> str:
    """Return ``text`` with every value masked where a secret is expected."""
    for code in _stray_codes():
        text = re.sub(rf"(?<![0-9]){code}(?![0-9])", _MASK, text)
    return re.sub(_SECRETS, lambda match: match["before"] + _MASK, text)


def _stray_codes() -> list[str]:
    """Return the words of the command line that look like codes, wherever they are.

    Users may leave ``--token-code`` out. Masking a number of seconds is harmless.
    """
    return [word for word in sys.argv[1:] if re.fullmatch("[0-9]{3}[ -]?[0-9]{3}", word)]


def redact_logs() -> None:
    """Mask the secrets of every log record from now on, whichever logger and handler it meets."""
    make_record = logging.getLogRecordFactory()
    if getattr(make_record, "masks_secrets", False):
        return

    def make_redacted_record(*args: Any, **options: Any) -> logging.LogRecord:
        record = make_record(*args, **options)
        try:
            record.msg, record.args = redacted(record.getMessage()), ()
            if record.exc_info and record.exc_info[0]:
                # A formatter uses this instead of its own text: an error may repeat an argument.
                record.exc_text = redacted(logging.Formatter().formatException(record.exc_info))
        except Exception:  # noqa: BLE001 - a log must never end a command
            record.msg, record.args = "(a record that can't be shown)", ()
        return record

    make_redacted_record.masks_secrets = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(make_redacted_record)
