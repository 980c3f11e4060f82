"""Where this aws is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.system.machine import path_of_this_aws

if TYPE_CHECKING:
    from pathlib import Path


def test_the_name_on_the_path_is_preferred(tmp_path: Path) -> None:
    """It survives an update, the folder of a version doesn't."""
    real = tmp_path / "2.36.12" / "aws"
    real.parent.mkdir()
    real.write_text("#!/bin/sh\n")
    real.chmod(0o755)
    named = tmp_path / "bin" / "aws"
    named.parent.mkdir()
    named.symlink_to(real)
    environment = {"PATH": str(named.parent)}
    assert path_of_this_aws(str(real), environment) == str(named)
    assert path_of_this_aws("aws", environment) == str(named)
    assert path_of_this_aws(str(real), {"PATH": "/usr/bin"}) == str(real)
    with pytest.raises(ConfigurationError, match="wasn't found"):
        path_of_this_aws(str(tmp_path / "__main__.py"), environment)
