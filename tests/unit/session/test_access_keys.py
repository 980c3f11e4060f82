"""A rotation in its journal's form, and back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from awscli_mfa_plugin.session.access_keys import (
    STAGES,
    STORED,
    KeyPair,
    Rotation,
    as_json,
    from_json,
)
from tests.fakes import NOW

ROTATION = Rotation(
    stage="created",
    profiles=("default", "work"),
    user_name="ada",
    account="123456789012",
    old=KeyPair("AKIAOLD", "old/secret+="),
    before=("AKIAOLD",),
    started=NOW,
    new=KeyPair("AKIANEW", "new/secret"),
)


@pytest.mark.parametrize("stage", STAGES)
def test_a_rotation_comes_back_as_it_was(stage: str) -> None:
    """At each stage, with and without what it doesn't know yet."""
    for rotation in (
        replace(ROTATION, stage=stage),
        replace(ROTATION, stage=stage, new=KeyPair("")),
        replace(ROTATION, stage=stage, stored=NOW + timedelta(minutes=1)),
    ):
        assert from_json(json.loads(json.dumps(as_json(rotation)))) == rotation


@pytest.mark.parametrize(
    "change", [{"Stage": "flying"}, {"Started": "soon"}, {"Profiles": []}, {"Old": None}]
)
def test_anything_else_is_refused(change: dict[str, Any]) -> None:
    """It may be a newer version's."""
    with pytest.raises((ValueError, TypeError)):
        from_json({**as_json(ROTATION), **change})


def test_secrets_stay_out_of_a_representation() -> None:
    """Which ends up in logs and in failing tests."""
    assert "secret" not in repr(ROTATION).replace("secret_access_key", "")


def test_whose_rotation_it_is() -> None:
    """By the profile of the same user, or by either key."""
    stored = replace(ROTATION, stage=STORED)
    ada = ("ada", "123456789012")
    assert stored.concerns("default", "AKIAX", ada)
    assert not stored.concerns("default", "AKIAX", ("bob", "123456789012"))
    assert not stored.concerns("default", "AKIAX", ("ada", "210987654321"))
    assert stored.concerns("else", "AKIAOLD", ada)
    assert stored.concerns("else", "AKIANEW", ada)
    assert not stored.concerns("work", "AKIAX", ada)
