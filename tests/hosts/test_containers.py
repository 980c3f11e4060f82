"""A container with a network of its own reaches ``exec --server``, as the how-to page does it."""

from __future__ import annotations

import re
import shlex
import shutil
import stat
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.hosts.clients import (
    BOTO3,
    WITHOUT_ENDPOINT,
    here,
    logs,
    script_of,
    skip_or_fail_without_all,
)
from tests.hosts.conftest import skip_or_fail
from tests.hosts.installed import CHECKOUT
from tests.hosts.sessions import log_in
from tests.hosts.test_renewal import settle_managed
from tests.hosts.users import session_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

PAGE = (CHECKOUT / "docs" / "how-to" / "containers.md").read_text("utf-8")
on_v2 = pytest.mark.parametrize("host", ["v2"], indirect=True)


def block(language: str, holds: str = "") -> str:
    """Return the first block of the page in a language that holds a text."""
    found: list[str] = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return next(text for text in found if holds in text)


def need_namespaces() -> None:
    """Skip where a process can't have a network of its own, or socat is missing."""
    missing = [name for name in ("socat", "ip", "unshare") if not shutil.which(name)]
    skip_or_fail(f"not installed: {' '.join(missing)}" if missing else "")
    allowed = subprocess.run(["unshare", "-rn", "ip", "link"], capture_output=True, check=False)
    if allowed.returncode:
        pytest.skip("network namespaces aren't allowed here: unshare -rn")


@contextmanager
def socket_to(aws: EmbeddedAws, path: Path) -> Iterator[None]:
    """Let a Unix socket lead to the embedded AWS, which a namespace can't reach either."""
    words = ["socat", f"UNIX-LISTEN:{path},fork", f"TCP:{aws.url.removeprefix('http://')}"]
    with subprocess.Popen(words) as process:
        yield
        process.terminate()


def inside(aws: EmbeddedAws, script: str, address: str = "127.0.0.1") -> str:
    """Return a script for the namespace: the second container, then a clean environment."""
    command = re.search(r"command: (.*)", block("yaml", "network_mode"))
    assert command
    listen = command[1].replace("/credentials/socket", "$CREDENTIALS_FOLDER/socket")
    aws_port = aws.url.rpartition(":")[2]
    return f"""
ip link set lo up
ip address add 169.254.170.2/32 dev lo
socat {listen.replace("127.0.0.1", address)} & one=$!
socat TCP-LISTEN:{aws_port},bind=127.0.0.1,fork UNIX-CONNECT:aws.socket & two=$!
for to in {address}:$CREDENTIALS_PORT 127.0.0.1:{aws_port}; do
    until socat -u OPEN:/dev/null TCP:$to 2> /dev/null; do sleep 0.1; done
done
path=${{AWS_CONTAINER_CREDENTIALS_FULL_URI#http://*/}}
env -i PATH="$PATH" HOME="$PWD/nowhere" AWS_ENDPOINT_URL={aws.url} AWS_REGION="$AWS_REGION" \\
    AWS_DEFAULT_REGION="$AWS_REGION" AWS_EC2_METADATA_DISABLED=true \\
    AWS_CONTAINER_CREDENTIALS_FULL_URI="http://{address}:$CREDENTIALS_PORT/$path" \\
    AWS_CONTAINER_AUTHORIZATION_TOKEN="$AWS_CONTAINER_AUTHORIZATION_TOKEN" \\
    sh -c {shlex.quote(script)}
kill $one $two
"""


def run_inside(home: Home, aws: EmbeddedAws, script: str) -> str:
    """Run a script as the page says, in a namespace; return what it prints."""
    program = home.path / "credentials-socket"
    program.write_text(block("sh"))
    program.chmod(stat.S_IRWXU)
    words = ["./credentials-socket", "unshare", "-rn", "sh", "-c", script]
    with socket_to(aws, home.path / "aws.socket"):
        words = ["mfa", "exec", "--profile", "mfa", "--server", "--", *words]
        result = home.run(*words, env={"TMPDIR": "."})
    assert result.returncode == 0, result.output + logs(home)
    return result.stdout


@on_v2
def test_a_network_of_its_own(home: Home, aws: EmbeddedAws) -> None:
    """Each SDK gets the session by the socket, and nothing else is in its environment."""
    need_namespaces()
    settle_managed(home, aws)
    log_in(home, aws)
    clients = [client for client in here() if client not in WITHOUT_ENDPOINT]
    before = len(aws.calls)
    printed = run_inside(home, aws, inside(aws, script_of(clients, aws.url)))
    assert printed == "".join(f"{client.name} 0\n" for client in clients), logs(home)
    keys = {call.access_key_id for call in aws.calls[before:]}
    assert keys == {session_in(home)["aws_access_key_id"]}
    assert list(home.path.glob("tmp.*")) == []
    skip_or_fail_without_all()


@on_v2
def test_the_address_of_ecs(home: Home, aws: EmbeddedAws) -> None:
    """The endpoint answers requests to 127.0.0.1 alone."""
    need_namespaces()
    BOTO3.need()
    settle_managed(home, aws)
    log_in(home, aws)
    before = len(aws.calls)
    script = inside(aws, script_of([BOTO3], aws.url), "169.254.170.2")
    assert run_inside(home, aws, script) == "boto3 1\n"
    assert "Error retrieving metadata" in logs(home)
    assert aws.calls[before:] == []


@on_v2
def test_a_name_of_the_host(plain_home: Home, aws: EmbeddedAws) -> None:
    """boto3 refuses it over plain HTTP, before it asks."""
    BOTO3.need()
    env = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://host.docker.internal:4711/path",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "token",
    }
    words, env = BOTO3.command(aws.url, ""), plain_home.environment(env)
    done = subprocess.run(words, env=env, capture_output=True, check=False, text=True)
    assert done.returncode == 1
    assert "Unsupported host 'host.docker.internal'" in done.stderr
