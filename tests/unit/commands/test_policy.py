"""``aws mfa policy``: for which partition, and how it is printed."""

from __future__ import annotations

import json

import pytest

from awscli_mfa_plugin.commands import policy
from awscli_mfa_plugin.commands.process import GlobalOptions
from awscli_mfa_plugin.devices.policy import CONSOLE_TOO, KEYS_ONLY, document
from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from awscli_mfa_plugin.session.records import CallerIdentity
from tests.fakes import LONG_LIVED, FakeFiles, Fakes, context
from tests.unit.commands.run import data_of, run

CHINESE = CallerIdentity("arn:aws-cn:iam::123456789012:user/ada", "123456789012")


def printed(fakes: Fakes, options: GlobalOptions | None = None, **given: str) -> str:
    """Return the partition of the policy that is printed."""
    result = run(policy, context(fakes, options), **given)
    [partition] = {
        name for name in ("aws", "aws-cn", "aws-us-gov") if f'"arn:{name}:iam' in result.exact
    }
    assert json.loads(result.exact) == document(partition, KEYS_ONLY, None)
    return partition


def test_it_is_json_whatever_the_output_setting() -> None:
    """Indented by four, with a line end."""
    result = run(policy, context(options=GlobalOptions(region="eu-west-1")))
    assert result.exact == json.dumps(document("aws", KEYS_ONLY, None), indent=4) + "\n"
    assert result.data is None


def test_with_output_or_query_it_goes_through_the_clis_formatter() -> None:
    """With the audience and the age that the options name."""
    options = GlobalOptions(region="eu-west-1", output="yaml")
    result = run(policy, context(options=options), **{"for": CONSOLE_TOO, "max_age": 3600})
    assert data_of(result) == document("aws", CONSOLE_TOO, 3600)
    assert result.exact == ""


def test_an_age_that_no_session_has_is_refused() -> None:
    """Before anything is read."""
    with pytest.raises(UsageError, match="--max-age"):
        run(policy, context(), max_age=899)


def test_a_region_tells_the_partition_without_a_call() -> None:
    """The option's before the profile's; no keys are needed."""
    fakes = Fakes(files=FakeFiles({"mfa": {"region": "cn-north-1"}}))
    assert printed(fakes) == "aws-cn"
    assert printed(fakes, GlobalOptions(region="us-gov-west-1")) == "aws-us-gov"
    assert fakes.sts.identity_regions == []


def test_without_a_region_aws_is_asked_whose_the_keys_are() -> None:
    """In a region of the environment, or else in the usual one."""
    fakes = Fakes(files=FakeFiles({}, {"default": LONG_LIVED}))
    fakes.sts.identity = CHINESE
    assert printed(fakes) == "aws-cn"
    fakes.environment["AWS_DEFAULT_REGION"] = "eu-west-3"
    assert printed(fakes) == "aws-cn"
    assert fakes.sts.identity_regions == ["us-east-1", "eu-west-3"]


def test_a_source_profile_that_is_named_counts_more_than_a_region() -> None:
    """Of the profile: its keys may be of another partition."""
    config = {"mfa": {"region": "eu-west-1"}, "china": {"region": "cn-north-1"}}
    fakes = Fakes(files=FakeFiles(config, {"china": LONG_LIVED}))
    fakes.sts.identity = CHINESE
    assert printed(fakes, source_profile="china") == "aws-cn"
    assert fakes.sts.identity_regions == ["eu-west-1"]


def test_a_source_profile_that_is_not_there_is_an_error() -> None:
    """It was named, so nothing is guessed."""
    fakes = Fakes(environment={"AWS_REGION": "eu-west-1"})
    with pytest.raises(ConfigurationError, match="nobody"):
        run(policy, context(fakes), source_profile="nobody")


@pytest.mark.parametrize(
    ("environment", "region", "partition"),
    [
        ({"AWS_REGION": "cn-north-1", "AWS_DEFAULT_REGION": "eu-west-1"}, "eu-west-1", "aws-cn"),
        ({"AWS_DEFAULT_REGION": "us-gov-west-1"}, "eu-west-1", "aws-us-gov"),
        ({"AWS_REGION": "", "AWS_DEFAULT_REGION": ""}, "cn-north-1", "aws-cn"),
        ({}, "", "aws"),
    ],
)
def test_without_long_lived_keys_another_region_tells_the_partition(
    environment: dict[str, str], region: str, partition: str
) -> None:
    """The environment's, then profile default's; an administrator may have no keys here."""
    config = {"default": {"region": region}} if region else {}
    fakes = Fakes(files=FakeFiles(config), environment=environment)
    assert printed(fakes) == partition
    assert fakes.sts.identity_regions == []
