"""``aws mfa console``: the console with the session of a role."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

if TYPE_CHECKING:
    from tests.in_process.aws import Aws

ROLE = (
    "[profile reader]\nrole_arn = arn:aws:iam::123456789012:role/reader\nsource_profile = mfa\n"
    "region = eu-north-1\n"
)
PRINT = ("mfa", "console", "--profile", "reader", "--print")


def signed_in(aws: Aws, config: str = ROLE) -> None:
    """Log in, with a role on the session."""
    aws.settle_mfa(config=config)
    aws.log_in()


def test_the_url_of_a_service(aws: Aws) -> None:
    """One line on stdout, in the region that the command names, and the token is AWS's."""
    signed_in(aws)
    result = aws.run(*PRINT, "--service", "s3", "--region", "eu-west-1")
    assert (result.code, result.stderr) == (0, ""), result.output
    assert result.stdout.count("\n") == 1
    parts = urlsplit(result.stdout.strip())
    assert (parts.scheme, parts.netloc, parts.path) == (
        "https",
        "signin.aws.amazon.com",
        "/federation",
    )
    query = parse_qs(parts.query)
    assert query["Action"] == ["login"]
    assert query["Destination"] == ["https://console.aws.amazon.com/s3/home?region=eu-west-1"]
    assert query["SigninToken"][0] in aws.service.state.signin_tokens
    assert [aws.actions()[-2:], aws.codes_used()] == [["AssumeRole", "getSigninToken"], 1]
    assert aws.service.calls[-1].user == "reader"


def test_a_duration_of_the_role_is_left_out(aws: Aws) -> None:
    """AWS would refuse the sign-in; a role that is cached with one isn't taken."""
    signed_in(aws, f"{ROLE}duration_seconds = 1800\n")
    assert aws.run("sts", "get-caller-identity", "--profile", "reader").code == 0
    result = aws.run(*PRINT)
    assert result.code == 0, result.output
    assert "DurationSeconds" not in aws.service.calls[-2].parameters


def test_the_browser_is_opened(aws: Aws) -> None:
    """It gets an address of this machine, which leads to the sign-in, once."""
    signed_in(aws)
    fetcher = "python3 -c 'import sys, http.client as h, urllib.parse as p; "
    fetcher += "u = p.urlsplit(sys.argv[1]); c = h.HTTPConnection(u.netloc); "
    fetcher += 'c.request("GET", u.path); print(c.getresponse().getheader("Location"))\' $1'
    browser = aws.program("browser", f"echo $1 > {aws.home}/words\n{fetcher} > {aws.home}/led-to")
    result = aws.run("mfa", "console", "--profile", "reader", env={"BROWSER": str(browser)})
    assert (result.code, result.output) == (0, "Opened the AWS console in your browser.\n")
    assert (aws.home / "words").read_text().startswith("http://127.0.0.1:")
    assert "SigninToken" not in (aws.home / "words").read_text()


def test_without_a_browser_it_says_what_to_do(aws: Aws) -> None:
    """The URL isn't printed unless that is asked for."""
    signed_in(aws)
    result = aws.run("mfa", "console", "--profile", "reader", env={"PATH": str(aws.home)})
    assert (result.code, result.stdout) == (253, "")
    assert "Print the URL instead, with --print." in result.stderr
    assert "SigninToken" not in result.output


def test_a_profile_without_a_role_is_refused(aws: Aws) -> None:
    """AWS lets no MFA session sign in; nothing is asked of AWS for it."""
    signed_in(aws)
    before = len(aws.service.calls)
    result = aws.run("mfa", "console", "--profile", "mfa", "--print")
    assert (result.code, result.stdout) == (253, "")
    assert "AWS lets only roles sign in to the console" in result.stderr
    assert "aws mfa console --profile ROLE" in result.stderr
    assert len(aws.service.calls) == before


def test_a_refusal_of_the_sign_in(aws: Aws) -> None:
    """AWS answers with a page; a Wi-Fi network's login page with another one."""
    signed_in(aws)
    for fault, code, said in (
        ("html", 255, "wasn't AWS's"),
        ("reset", 255, "The answer from AWS was lost"),
    ):
        aws.service.fault("getSigninToken", fault)
        result = aws.run(*PRINT)
        assert (result.code, result.stdout) == (code, ""), result.output
        assert said in result.stderr
    aws.service.expire_sessions()
    result = aws.run(*PRINT)
    assert result.code == 254, result.output
    assert "AWS refused to sign in to the console" in result.stderr


@pytest.mark.parametrize("name", ["nosuch", "S3"])
def test_services_are_from_a_list(aws: Aws, name: str) -> None:
    """Anything else is wrong usage."""
    result = aws.run(*PRINT, "--service", name)
    assert (result.code, result.stdout) == (252, "")


def test_neither_log_nor_history_have_the_url(aws: Aws) -> None:
    """It is worth a sign-in."""
    signed_in(aws)
    text = aws.config.read_text("utf-8").replace(
        "[default]\n", "[default]\ncli_history = enabled\n"
    )
    aws.config.write_text(text, "utf-8")
    result = aws.run(*PRINT, "--debug")
    assert result.code == 0
    [token] = aws.service.state.signin_tokens
    assert token in result.stdout
    assert token not in result.stderr
    session = aws.service.state.sessions[aws.service.calls[-1].access_key_id]
    for secret in (session.secret_access_key, session.token):
        assert secret not in result.stderr
    history = aws.home / "history.db"
    assert not history.exists() or token.encode() not in history.read_bytes()
