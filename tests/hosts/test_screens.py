"""Every screen of the product is the one that somebody read and accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hosts.conftest import need
from tests.screens.__main__ import EXPECTED
from tests.screens.masks import masked
from tests.screens.scenes import PICTURED, SCENES
from tests.screens.stage import Programs, stage

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.hosts


@pytest.fixture(scope="module")
def programs(plugin: Path, installer: Path, tmp_path_factory: pytest.TempPathFactory) -> Programs:
    """Return the plugin and ``awscli-mfa``, installed once."""
    need("v2")
    tools = tmp_path_factory.mktemp("tools")
    (tools / "sh").symlink_to("/bin/sh")
    return Programs(plugin, installer, tools)


@pytest.mark.parametrize("name", SCENES)
def test_a_screen_is_the_expected_one(name: str, programs: Programs, tmp_path: Path) -> None:
    """After a change of texts: ``make screens``, and read the diff aloud."""
    with stage(programs, tmp_path / "home", colors=True) as on:
        SCENES[name](on)
        assert masked(on) == (EXPECTED / f"{name}.txt").read_text("utf-8")


def test_every_expected_screen_has_its_scene() -> None:
    """Nothing is left of a scene that is gone."""
    assert {path.stem for path in EXPECTED.iterdir()} == set(SCENES)
    assert set(PICTURED) <= set(SCENES)
