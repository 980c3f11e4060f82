"""Third-party programs with AWS's SDKs, each of which lists the buckets."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.hosts.cache import host_folder

if TYPE_CHECKING:
    from collections.abc import Callable

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


@dataclass(frozen=True)
class Client:
    """A program; ``needs`` is what must have been fetched for it.

    ``command`` takes the plain URL of the embedded AWS and a profile, or "" to leave that to
    the environment; ``environment`` takes the URL.
    """

    name: str
    needs: str
    command: Callable[[str, str], list[str]]
    environment: Callable[[str], dict[str, str]] = lambda _: {}


def _boto3(url: str, profile: str) -> list[str]:
    del url  # it uses the proxy, as the CLIs do
    python = host_folder("v1-boto3") / "bin" / "python"
    return [str(python), "-I", "-c", _PYTHON, *([profile] if profile else [])]


def _js_sdk(url: str, profile: str) -> list[str]:
    del url  # by the environment
    node = shutil.which("node") or "node"
    return [node, "-e", _JAVASCRIPT, *([profile] if profile else [])]


def _js_environment(url: str) -> dict[str, str]:
    return {"NODE_PATH": str(host_folder("js-sdk") / "node_modules"), "AWS_ENDPOINT_URL": url}


def _rclone_environment(url: str) -> dict[str, str]:
    del url  # an option has it
    return {"AWS_CA_BUNDLE": ""}  # rclone's own transport can't take one, and says so


def _rclone(url: str, profile: str) -> list[str]:
    return [
        *(str(host_folder("rclone") / "usr" / "bin" / "rclone"), "lsd", ":s3:"),
        *("--config", "", "--retries", "1", "--low-level-retries", "1"),
        *("--s3-provider", "AWS", "--s3-env-auth", "--s3-region", "eu-west-1"),
        *("--s3-endpoint", url, "--s3-force-path-style"),
        *(("--s3-profile", profile) if profile else ()),
    ]


BOTO3 = Client("boto3", "v1-boto3", _boto3)
JS_SDK = Client("js-sdk", "js-sdk", _js_sdk, _js_environment)
RCLONE = Client("rclone", "rclone", _rclone, _rclone_environment)
