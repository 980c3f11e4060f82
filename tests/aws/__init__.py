"""An embedded AWS as strict as the real one: STS, IAM and one call of S3."""

from __future__ import annotations

from tests.aws.embedded import EmbeddedAws
from tests.aws.state import State

__all__ = ["EmbeddedAws", "State"]
