"""What is masked in a debug log, and what isn't."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.system.redaction import redact_logs, redacted

if TYPE_CHECKING:
    from collections.abc import Iterator

MASK = "********"
KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY="
TOKEN = "FwoGZXIvYXdzEBYaDPx//abc+def=="

# '#' is the secret before, and the mask after.
MASKED: dict[str, tuple[str, str]] = {
    "XML of STS": ("<AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>#</SecretAccessKey>", KEY),
    "XML of STS, the token": ("<SessionToken>#</SessionToken>\n<Expiration>2026", TOKEN),
    "a body as bytes": ("b'<SecretAccessKey>#</SecretAccessKey>'", KEY),
    "JSON": ('{"AccessKeyId": "ASIA1", "SecretAccessKey": "#", "Version": 1}', KEY),
    "JSON without blanks": ('{"SessionToken":"#","Version":1}', TOKEN),
    "YAML": ("AccessKeyId: ASIA1\nSecretAccessKey: #\nVersion: 1", KEY),
    "a dict": ("{'Action': 'GetSessionToken', 'TokenCode': '#', 'x': 1}", "123456"),
    "a dict in another order": (
        "{'Action': 'GetSessionToken', 'Version': '1', 'TokenCode': '#'}",
        "123456",
    ),
    "a dict of bytes": ("{b'TokenCode': b'#'}", "123456"),
    "a form": ("Action=GetSessionToken&TokenCode=#&Version=2011-06-15", "123456"),
    "a form at its end": ("SerialNumber=arn&TokenCode=#", "123456"),
    "a header": ("x-amz-date:20261124T090000Z\nx-amz-security-token:#\n\nhost", TOKEN),
    "a header as it is sent": ("X-Amz-Security-Token: #\r\nHost: sts", TOKEN),
    "a dict of headers": ("{'X-Amz-Security-Token': b'#', 'Host': 'sts'}", TOKEN),
    "a list of headers": ("[('X-Amz-Security-Token', '#'), ('Host', 'sts')]", TOKEN),
    "a query": ("/?X-Amz-Security-Token=#&X-Amz-Date=20261124", "FwoG%2Fabc%3D%3D"),
    "a shared file": ("[mfa]\naws_secret_access_key = #\nregion = eu-west-1", KEY),
    "a shared file without blanks": ("aws_session_token=#\nmanager=x", TOKEN),
    "the environment": ("AWS_ACCESS_KEY_ID=ASIA1 AWS_SECRET_ACCESS_KEY=# HOME=/root", KEY),
    "the environment as a dict": ("{'AWS_SESSION_TOKEN': '#', 'HOME': '/root'}", TOKEN),
    "arguments of configure set": ("['configure', 'set', 'aws_session_token', '#']", TOKEN),
    "an argument list": ("['mfa', 'login', '--token-code', '#', '--debug']", "123456"),
    "an argument list of JSON": ('["mfa", "login", "--token-code", "#"]', "123456"),
    "an argument in one": ("['mfa', 'login', '--token-code=#', '--debug']", "123456"),
    "an argument cut short": ("['mfa', 'login', '--token-c', '#']", "123456"),
    "an argument with a hyphen": ("['--token-code', '#']", "123-456"),
    "a command line": ("aws mfa login --token-code # --debug", "123456"),
    "a command line in one": ("aws mfa login --token-code=#", "123456"),
    "a quoted command line": ("aws mfa login --token-code '#' --debug", "123456"),
    "a code that is none": ("aws mfa login --token-code #", "12ab!"),
    "the old spelling of a pair": ("SecretAccessKey=>#", KEY),
    "XML of IAM, a device's seed": (
        "<SerialNumber>arn</SerialNumber><Base32StringSeed>#</Base32StringSeed>",
        "Sk5CVlVFPT0=",
    ),
    "XML of IAM, a device's picture": ("<QRCodePNG>#</QRCodePNG>", "iVBORw0KGgo="),
    "a dict with a seed": ("{'SerialNumber': 'arn', 'Base32StringSeed': b'#'}", "JNBVUE"),
    "a dict with a picture": ("{'QRCodePNG': b'#', 'x': 1}", "\\x89PNG\\r\\n <>\\x00, \\'a"),
    "two codes": ("&AuthenticationCode1=#&Version=1", "123456"),
    "two codes, the second": ("{'AuthenticationCode2': '#'}", "123456"),
    "any case": ("secretaccesskey: #, SESSIONTOKEN", KEY),
}


@pytest.mark.parametrize(("text", "secret"), MASKED.values(), ids=MASKED.keys())
def test_only_the_secret_is_masked(text: str, secret: str) -> None:
    """In every form that the log has."""
    assert redacted(text.replace("#", secret)) == text.replace("#", MASK)


def test_every_secret_in_a_text_is_masked() -> None:
    """Several in one line, in several forms."""
    text = (
        f"<SecretAccessKey>{KEY}</SecretAccessKey><SessionToken>{TOKEN}</SessionToken> "
        f"TokenCode=123456& ['--token-code', '654321']"
    )
    masked = redacted(text)
    assert masked.count(MASK) == 4
    for secret in (KEY, TOKEN, "123456", "654321"):
        assert secret not in masked


@pytest.mark.parametrize(("text", "secret"), MASKED.values(), ids=MASKED.keys())
def test_masking_twice_is_masking_once(text: str, secret: str) -> None:
    """A record may be masked by several loggers."""
    once = redacted(text.replace("#", secret))
    assert redacted(once) == once


KEPT = [
    "",
    "a plain line",
    "Changing event name from creating-client-class.iot-data",
    "<AccessKeyId>ASIA1</AccessKeyId><Expiration>2026-11-24T21:00:00Z</Expiration>",
    "{'Action': 'GetSessionToken', 'SerialNumber': 'GAHT12345678', 'DurationSeconds': 43200}",
    "Action=GetSessionToken&SerialNumber=arn%3Aaws%3Aiam%3A%3A123456789012%3Amfa%2Fada",
    "x-amz-date:20261124T090000Z\nhost:sts.eu-west-1.amazonaws.com",
    "[mfa]\naws_access_key_id = ASIA1\nexpiration = 2026-11-24T21:00:00+00:00",
    "['mfa', 'login', '--serial-number', 'GAHT12345678', '--duration-seconds', '900']",
    "['secretsmanager', 'get-secret-value', '--secret-id', '123456']",
    "--token-file 123456",
    "The SessionToken of the answer, its SecretAccessKey and the TokenCode",
    "<SessionToken></SessionToken>",
    "credential_process printed no SessionToken.",
    "x-amz-security-token;x-amz-date",
    "SessionTokens: 3",
    "retry attempt 123456 of request 0f1e2d3c",
]


@pytest.mark.parametrize("text", KEPT)
def test_other_text_is_not_masked(text: str) -> None:
    """The debug log must stay useful."""
    assert redacted(text) == text


def test_a_long_text_is_masked_quickly() -> None:
    """S3 bodies are logged too: half a megabyte of near misses."""
    text = "SessionToken " * 40_000 + "--token-c " * 40_000 + "--token-c" * 500
    assert len(redacted(text)) >= len("SessionToken ") * 40_000


@pytest.fixture
def record_factory() -> Iterator[None]:
    """Restore the factory of log records."""
    factory = logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(factory)


@pytest.mark.usefixtures("record_factory")
def test_every_logger_masks(caplog: pytest.LogCaptureFixture) -> None:
    """Also where the secret is an argument of the record, or in one with a name."""
    redact_logs()
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("botocore.parsers").debug(
            "Response body:\n%s", f"<SecretAccessKey>{KEY}</SecretAccessKey>".encode()
        )
        logging.getLogger().debug("{'TokenCode': '%(code)s'}", {"code": "123456"})
        logging.getLogger("awscli").info("Arguments: %s", ["mfa", "--token-code", "123456"])
    assert KEY not in caplog.text
    assert "123456" not in caplog.text
    assert caplog.text.count(MASK) == 3
    assert "Response body:" in caplog.text


@pytest.mark.usefixtures("record_factory")
def test_a_record_that_cant_be_shown_hides_what_it_holds(caplog: pytest.LogCaptureFixture) -> None:
    """It doesn't fail, and doesn't show its arguments."""

    class Broken:
        def __str__(self) -> str:
            raise ValueError(KEY)

    redact_logs()
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("x").debug("%s %s", Broken(), KEY)
        logging.getLogger("x").debug("%d", KEY)
    assert KEY not in caplog.text
    assert caplog.text.count("can't be shown") == 2


@pytest.mark.usefixtures("record_factory")
def test_masking_is_set_up_once() -> None:
    """However often it is called: no wrapper around a wrapper."""
    redact_logs()
    factory = logging.getLogRecordFactory()
    redact_logs()
    assert logging.getLogRecordFactory() is factory


def test_a_code_without_its_option_is_masked_in_a_traceback_too(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error may repeat the argument."""
    monkeypatch.setattr(sys, "argv", ["aws", "mfa", "login", "123456", "--debug"])
    factory = logging.getLogRecordFactory()
    try:
        redact_logs()
        try:
            raise ValueError("Unknown options: 123456")  # noqa: TRY301 - so it is raised
        except ValueError:
            logging.getLogger("x").exception("arguments: ['login', '123456']")
    finally:
        logging.setLogRecordFactory(factory)
    assert "123456" not in caplog.text
    assert "Unknown options: ********" in caplog.text
