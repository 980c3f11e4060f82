"""Which service, region and partition a host name belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Regions that an account must opt in to; they reject tokens of the global endpoint.
OPT_IN_REGIONS = frozenset(
    {
        "af-south-1",
        "ap-east-1",
        "ap-south-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ca-west-1",
        "eu-central-2",
        "eu-south-1",
        "eu-south-2",
        "il-central-1",
        "me-central-1",
        "me-south-1",
    }
)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})
_SUFFIX = r"\.(?:amazonaws\.com(?:\.cn)?|api\.aws)"
_GLOBAL = {
    "sts.amazonaws.com": ("sts", "us-east-1"),
    "iam.amazonaws.com": ("iam", "us-east-1"),
    "iam.global.api.aws": ("iam", "us-east-1"),
    "iam.us-gov.amazonaws.com": ("iam", "us-gov-west-1"),
    "iam.us-gov.api.aws": ("iam", "us-gov-west-1"),
    "iam.cn-north-1.amazonaws.com.cn": ("iam", "cn-north-1"),
    "s3.amazonaws.com": ("s3", "us-east-1"),
}


@dataclass(frozen=True)
class Endpoint:
    """What a host name means; the credential scope alone decides empty parts."""

    service: str = ""
    region: str = ""
    is_global: bool = False


def endpoint_of(host: str) -> Endpoint | None:
    """Return what the host name means, None if it isn't AWS's."""
    if host in LOOPBACK:
        return Endpoint()
    if host in _GLOBAL:
        service, region = _GLOBAL[host]
        return Endpoint(service, region, is_global=host == "sts.amazonaws.com")
    bucket_in_us_east_1 = re.fullmatch(r"[a-z0-9.-]+\.s3\.amazonaws\.com", host)
    if bucket_in_us_east_1:
        return Endpoint("s3", "us-east-1")
    found = re.fullmatch(
        rf"(?:[a-z0-9.-]+\.)?(sts|s3)(?:-fips)?(?:\.dualstack)?\.([a-z]+(?:-[a-z]+)+-\d){_SUFFIX}",
        host,
    )
    return Endpoint(found[1], found[2]) if found else None


def partition_of(region: str) -> str:
    """Return the partition of a region."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"
