"""The program's environment and config lead every SDK to the endpoint."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.files.document import SharedDocument
from awscli_mfa_plugin.server.environment import (
    boto_config_paths,
    boto_variables,
    no_proxy_variables,
    private_config,
    server_variables,
)

CONFIG = b"[default]\nregion = eu-west-1\n\n# mine\n[profile work]\noutput = json"


def profile_of(config: bytes) -> dict[str, str]:
    """Return what the program's profile holds."""
    return SharedDocument.parse(config).options("profile awscli-mfa-exec")


def test_the_config_is_copied_to_the_byte() -> None:
    """With a profile more, which has no credentials and isn't managed."""
    config = private_config(CONFIG, {})
    assert config == CONFIG + b"\n[profile awscli-mfa-exec]\nmfa_session = off\n"
    assert private_config(b"", {}).startswith(b"[profile awscli-mfa-exec]\n")


def test_settings_are_kept_and_credentials_are_not() -> None:
    """Region, endpoints, CA, proxy: whatever isn't a source of credentials."""
    settings = {
        "region": "eu-west-1",
        "ca_bundle": "/ca.pem",
        "services": "mine",
        "s3": "\naddressing_style = path\nuse_accelerate_endpoint = false",
        "endpoint_url": "http://h\udcffst",
        "role_arn": "arn:aws:iam::1:role/x",
        "source_profile": "mfa",
        "credential_process": "keys",
        "aws_access_key_id": "AKIA1",
        "aws_secret_access_key": "secret",
        "mfa_serial": "arn:aws:iam::1:mfa/x",
        "mfa_process": "code",
        "sso_session": "x",
        "web_identity_token_file": "x",
        "login_session": "x",
    }
    config = private_config(CONFIG + b"\n", settings)
    kept = ("region", "ca_bundle", "services", "s3", "endpoint_url")
    assert profile_of(config) == {"mfa_session": "off", **{name: settings[name] for name in kept}}


def test_a_program_may_start_another_in_the_same_way() -> None:
    """Then the copy is copied, and the profile is the second one's."""
    first = private_config(CONFIG, {"region": "eu-west-1"})
    again = private_config(first, {"region": "eu-central-1"})
    assert again.count(b"[profile awscli-mfa-exec]") == 1
    assert profile_of(again)["region"] == "eu-central-1"


def test_the_variables_lead_to_the_endpoint_alone() -> None:
    """Whatever an SDK looks at before it is removed."""
    variables = server_variables("work", "http://h/p", "token", "/config", {"AWS_REGION": "r"})
    assert {name: value for name, value in variables.items() if value} == {
        "AWS_REGION": "r",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://h/p",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "token",
        "AWS_CONFIG_FILE": "/config",
        "AWS_PROFILE": "awscli-mfa-exec",
        "AWS_MFA_PROFILE": "work",
        "AWS_SDK_LOAD_CONFIG": "1",
    }
    assert {name for name, value in variables.items() if not value} >= {
        "AWS_DEFAULT_PROFILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    }


@pytest.mark.parametrize(
    ("environment", "value"),
    [
        ({}, None),
        ({"NO_PROXY": "intern"}, None),
        ({"HTTPS_PROXY": "http://p"}, "127.0.0.1"),
        ({"http_proxy": "http://p", "NO_PROXY": "intern, other"}, "intern,other,127.0.0.1"),
        ({"ALL_PROXY": "http://p", "no_proxy": "intern"}, "intern,127.0.0.1"),
        ({"HTTP_PROXY": "http://p", "NO_PROXY": "*"}, None),
        ({"HTTP_PROXY": "http://p", "NO_PROXY": "127.0.0.1"}, None),
    ],
)
def test_the_token_goes_to_no_proxy(environment: dict[str, str], value: str | None) -> None:
    """Some SDKs would send it there."""
    wanted = {} if value is None else {"NO_PROXY": value, "no_proxy": value}
    assert no_proxy_variables(environment) == wanted


def test_keys_of_boto_2_are_kept_away() -> None:
    """Botocore would take them before the endpoint's; a file without keys is left to gsutil."""
    assert boto_config_paths({}) == ["/etc/boto.cfg", "~/.boto"]
    assert boto_config_paths({"BOTO_CONFIG": "/mine"}) == ["/mine"]
    assert boto_variables([], "/no") == boto_variables([b"[GSUtil]\n"], "/no") == {}
    with_key = b"[Credentials]\naws_access_key_id = AKIAEXAMPLE\n"
    assert boto_variables([b"", with_key], "/no") == {"BOTO_CONFIG": "/no"}
