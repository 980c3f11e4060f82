"""``aws mfa doctor``: what it looks at, and its options."""

from __future__ import annotations

from typing import Any

import pytest

from awscli_mfa_plugin.commands import doctor
from awscli_mfa_plugin.commands.process import GlobalOptions
from awscli_mfa_plugin.doctor.findings import Observations, ObservedRead
from awscli_mfa_plugin.errors import UsageError
from tests.fakes import (
    NOW,
    Fakes,
    context,
)
from tests.unit.commands.run import data_of, run


def test_offline_doctor_checks_only_the_machine() -> None:
    """And says that it made no call."""
    machine = Observations(
        ObservedRead("config"), ObservedRead("credentials"), ObservedRead("alias")
    )
    fakes = Fakes()
    result = run(doctor, context(fakes, machine=lambda: machine), offline=True)
    assert [finding["Name"] for finding in data_of(result)["Findings"]][-1] == "sts"
    assert fakes.sts.calls == []
    with pytest.raises(UsageError):
        run(doctor, context(fakes), yes=True)


def test_doctor_compares_the_clock_with_sts() -> None:
    """A clock that is right is fine."""
    machine = Observations(
        ObservedRead("config"), ObservedRead("credentials"), ObservedRead("alias")
    )
    asked: list[str] = []

    def date_of_sts(region: str, _profile: str) -> Any:
        asked.append(region)
        return NOW

    run(
        doctor,
        context(
            options=GlobalOptions(region="eu-west-1"),
            machine=lambda: machine,
            date_of_sts=date_of_sts,
        ),
    )
    assert asked == ["eu-west-1"]
