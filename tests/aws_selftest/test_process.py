"""The embedded AWS as a process, its control over HTTP, and what the proxy does."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.aws import EmbeddedAws
from tests.aws.client import ControlClient
from tests.aws.seed import default_state
from tests.aws_selftest.clients import client, keys_of, session

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
ADA = "arn:aws:iam::123456789012:mfa/ada"


@pytest.fixture
def started(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """Start the process with a seed in a file and the proxy on."""
    seed = tmp_path / "state.json"
    seed.write_text(json.dumps(default_state().to_dict()))
    command = [sys.executable, "-m", "tests.aws", "--state", str(seed), "--proxy"]
    process = subprocess.Popen(
        [*command, "--folder", str(tmp_path / "ca")], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    with process:
        yield process, json.loads(process.stdout.readline())
        process.kill()


def test_process_answers_and_ends(
    started: tuple[subprocess.Popen[str], dict[str, Any]],
) -> None:
    """One line says where; SIGTERM ends it cleanly."""
    process, ready = started
    control = ControlClient(ready["url"])
    ada = control.user("ada")
    assert Path(ready["ca_bundle"]).is_file()
    assert ready["proxy_url"].startswith("http://127.0.0.1:")
    assert control.token_code(ada.mfa_serial).isdigit()
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


def test_control_client_does_what_the_object_does(aws: EmbeddedAws) -> None:
    """The same names, over HTTP."""
    control = ControlClient(aws.url)
    assert control.token_code(ADA) in {aws.token_code(ADA), aws.token_code(ADA, -1)}
    client(aws, "sts", keys_of(aws, "ada")).get_caller_identity()
    assert control.calls == aws.calls
    control.set_offset(1000)
    control.advance(200)
    assert abs((control.now() - aws.now()).total_seconds()) < 30
    control.fault("*", "slow", seconds=0.01)
    control.clear_faults()
    control.reset()
    assert control.calls == []


def test_control_says_what_is_wrong(aws: EmbeddedAws) -> None:
    """An unknown device or fault is an error for the test that asks."""
    control = ControlClient(aws.url)
    with pytest.raises(LookupError):
        control.token_code("GAHT99999999")
    with pytest.raises(LookupError, match="throtle"):
        control.fault("*", "throtle")


def test_reset_makes_codes_good_again(aws: EmbeddedAws) -> None:
    """Sessions and used codes are forgotten."""
    keys = session(aws)
    aws.reset()
    assert aws.calls == []
    assert keys.id not in aws.state.sessions
    session(aws)


def test_proxy_speaks_for_awss_names(aws: EmbeddedAws) -> None:
    """Each service under its own host name, over TLS that botocore verifies."""
    keys = session(aws)
    aws.calls.clear()
    client(aws, "sts", keys, region="eu-west-1", by_proxy=True).get_caller_identity()
    client(aws, "iam", keys, by_proxy=True).get_user()
    client(aws, "s3", keys, region="eu-west-1", by_proxy=True).list_buckets()
    assert [(call.scheme, call.host) for call in aws.calls] == [
        ("https", "sts.eu-west-1.amazonaws.com"),
        ("https", "iam.amazonaws.com"),
        ("https", "s3.eu-west-1.amazonaws.com"),
    ]


@pytest.mark.parametrize(
    "name", ["example.com:443", "amazonaws.com.example.com:443", "127.0.0.1:22"]
)
def test_proxy_speaks_for_nobody_else(aws: EmbeddedAws, name: str) -> None:
    """Every other host is refused with 403, and nothing goes out."""
    proxy = urlsplit(aws.proxy_url)
    assert proxy.hostname
    connection = http.client.HTTPConnection(proxy.hostname, proxy.port, timeout=5)
    connection.request("CONNECT", name)
    assert connection.getresponse().status == 403
    connection.close()


def test_example_state_can_be_read() -> None:
    """The documented file is a state whose first device shows codes."""
    with EmbeddedAws(ROOT / "tests" / "aws" / "example_state.json") as aws:
        session(aws, "alice")
        assert [call.outcome for call in aws.calls] == ["ok"]
