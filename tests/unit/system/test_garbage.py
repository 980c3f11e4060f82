"""The garbage collector, off while a command runs."""

from __future__ import annotations

import gc

import pytest

from awscli_mfa_plugin.system.garbage import no_garbage_collected


@pytest.mark.parametrize("before", [True, False])
def test_the_garbage_collector_is_restored(before: bool) -> None:  # noqa: FBT001
    """Off inside, and on again only where it was on."""
    was_enabled = gc.isenabled()
    try:
        (gc.enable if before else gc.disable)()
        with no_garbage_collected():
            assert not gc.isenabled()
        assert gc.isenabled() is before
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
        (gc.enable if was_enabled else gc.disable)()
