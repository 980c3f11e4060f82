"""A pack on the terminal, and the question before another's is installed."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.aliases.merge import HIDDEN, states
from awscli_mfa_plugin.aliases.pack import OUR_PACK, Alias, AliasPack
from awscli_mfa_plugin.aliases.render import (
    check_accepted,
    check_name,
    entries,
    entry,
    listing,
    names,
    whole,
)
from awscli_mfa_plugin.errors import CancelledError, CannotAskError, ConfigurationError
from tests.fakes import FakeTerminal
from tests.unit.aliases.packs import BLOCK, IN, PACK, UP, V2, WHO, document

LOOP = Alias("z", "mfa", "x")
GO = Alias("go", "z exec -- sh -c id", "x")


def test_a_pack_is_shown_whole_and_accepted_as_a_whole() -> None:
    """Every alias is shown, also one that calls another."""
    terminal = FakeTerminal("y")
    pack = AliasPack("team", (WHO, UP, LOOP, GO, IN))
    check_accepted(pack, "team.yaml", terminal)
    assert "".join(terminal.shown) == (
        "Pack team:\n"
        "  aws whoami\n    sts get-caller-identity\n"
        "  aws up\n    !git pull \\u202e\n"
        "  aws z\n    mfa\n"
        "  aws go\n    z exec -- sh -c id\n"
        "  aws mfa in\n    login\n"
    )
    assert terminal.questions == ["Install all of these? They run with your credentials. [y/N] "]
    longest = Alias("a", "!" + "x" * 499, "x", is_external=True)
    assert longest.expansion in whole(AliasPack("team", (longest,)))


@pytest.mark.parametrize("answer", ["", "n", "no", "yes please"])
def test_anything_but_a_clear_yes_means_no(answer: str) -> None:
    """Then nothing is installed."""
    with pytest.raises(CancelledError, match="Nothing was installed"):
        check_accepted(PACK, "team.yaml", FakeTerminal(answer))


def test_without_a_terminal_a_pack_is_refused() -> None:
    """The remedy names the option that accepts all of it."""
    with pytest.raises(CannotAskError, match="has to accept it: CI is set") as caught:
        check_accepted(PACK, "team.yaml", FakeTerminal(nobody="CI is set"))
    assert caught.value.exit_code == 253
    assert "aws mfa alias install --yes --from FILE" in caught.value.remedy


def test_another_pack_can_t_have_our_name() -> None:
    """Nobody would be asked before it is installed."""
    check_name(PACK, "team.yaml")
    check_name(AliasPack(OUR_PACK, (), is_ours=True), "copy.yaml")
    with pytest.raises(ConfigurationError, match="the plugin's own"):
        check_name(AliasPack(OUR_PACK, ()), "team.yaml")


def test_the_listing() -> None:
    """By state; each with its help and what it runs."""
    pack = AliasPack("p", (WHO, Alias("alive", "mfa status --min-remaining 1", "x"), UP, IN))
    text = listing(states(pack, document(f"[toplevel]\n{BLOCK}"), V2))
    assert text == (
        "Installed:\n"
        "  aws whoami  Who am I?\n"
        "              = sts get-caller-identity\n"
        "\n"
        "Installed, but outdated (aws mfa alias install updates them):\n"
        "  aws alive   x\n"
        "              = mfa status --min-remaining 1\n"
        "\n"
        "Not installed (aws mfa alias install adds them):\n"
        "  aws up      Pull\n"
        "              = !git pull \\u202e\n"
        "  aws mfa in  Log in\n"
        "              = login"
    )
    assert listing(()) == "The pack has no aliases for this AWS CLI."


def test_names_and_data() -> None:
    """What was installed, in two lines, and as data."""
    found = states(AliasPack("p", (WHO, IN)), document("[toplevel]\nwhoami = x\n"), V2)
    assert names(found) == ["  aws whoami", "  aws mfa in"]
    assert names(found[:1]) == ["  aws whoami"]
    assert names(found[1:]) == ["  aws mfa in"]
    assert entries(found[1:]) == ["  aws mfa in  Log in", "              = login"]
    assert entry(found[0]) == {
        "Name": "whoami",
        "Section": "toplevel",
        "Expansion": "sts get-caller-identity",
        "Help": "Who am I?",
        "External": False,
        "State": HIDDEN,
        "Instead": "x",
    }
