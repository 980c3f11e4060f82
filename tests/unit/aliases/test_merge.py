"""The alias file before and after a pack."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.aliases.merge import (
    AVAILABLE,
    HIDDEN,
    INSTALLED,
    OUTDATED,
    TAKEN,
    HostCommands,
    check_accepted,
    check_name,
    entries,
    entry,
    installed,
    left_out,
    listing,
    names,
    states,
    whole,
)
from awscli_mfa_plugin.aliases.pack import OUR_PACK, Alias, AliasPack
from awscli_mfa_plugin.errors import CancelledError, CannotAskError, ConfigurationError
from awscli_mfa_plugin.files.alias_document import MFA_SECTION, AliasDocument
from tests.fakes import FakeTerminal
from tests.unit.aliases.packs import BLOCK, IN, NEW, PACK, UP, V1, V2, WHO, document


def indented(text: str) -> str:
    """Return the lines indented by two more blanks."""
    return "".join(f"  {line}" for line in text.splitlines(keepends=True))


CASES = {
    "an empty file": ("", NEW),
    "a section of one's own": ("[toplevel]\nmine = s3 ls\n", f"[toplevel]\nmine = s3 ls\n{BLOCK}"),
    "an empty section": ("[toplevel]\n", f"[toplevel]\n{BLOCK}"),
    "no such section": ("[command s3]\nl = ls\n", f"[command s3]\nl = ls\n\n{NEW}"),
    "something behind the section": (
        "[toplevel]\nmine = s3 ls\n\n# other\n[x]\n",
        f"[toplevel]\nmine = s3 ls\n{BLOCK}\n# other\n[x]\n",
    ),
    "a value of many lines, comments inside": (
        "[toplevel]\nf =\n    !f() {\n\n# c\n      x\n    }; f\n\n",
        f"[toplevel]\nf =\n    !f() {{\n\n# c\n      x\n    }}; f\n{BLOCK}\n",
    ),
    "aliases that stand deeper": (
        "[toplevel]\n  mine = s3 ls\n",
        f"[toplevel]\n  mine = s3 ls\n{indented(BLOCK)}",
    ),
    "a next section that stands deeper": (
        "[toplevel]\n  [x]\n  a = b\n",
        f"[toplevel]\n{indented(BLOCK)}  [x]\n  a = b\n",
    ),
    "Windows' line ends": (
        "[toplevel]\r\nmine = s3 ls\r\n",
        "[toplevel]\nmine = s3 ls\n".replace("\n", "\r\n") + BLOCK.replace("\n", "\r\n"),
    ),
    "no last line end": ("[toplevel]\nmine = x", f"[toplevel]\nmine = x\n{BLOCK[:-1]}"),
    "another case": ("[Toplevel]\na = x\n", f"[Toplevel]\na = x\n\n{NEW}"),
}


@pytest.mark.parametrize(("before", "after"), CASES.values(), ids=CASES)
def test_the_file_before_and_after(before: str, after: str) -> None:
    """The block is in the section, indented like its neighbors; removing it leaves nothing."""
    changed = installed(PACK, document(before), V1)
    assert changed.render().decode() == after
    assert installed(PACK, changed, V1).render().decode() == after
    assert changed.without_packs().render().decode() == before
    assert changed.without_packs("another").render().decode() == after


def test_a_new_file_is_known_as_such() -> None:
    """So that it can be removed; an existing empty file isn't new."""
    new = installed(PACK, AliasDocument.parse(None), V1)
    assert new.render().decode() == NEW.replace("e8c68dc5", "e8c68dc5 in a new file")
    assert [block.is_in_new_file for block in new.blocks()] == [True]
    assert not document(NEW).blocks()[0].is_in_new_file


def test_existing_aliases_and_commands_win() -> None:
    """A user's alias, in upper or lower case, and the CLI's commands."""
    text = "[toplevel]\nWhoAmI = !id\n"
    host = HostCommands("v2", {"alive"})
    found = states(PACK, document(text), host)
    assert [(each.state, each.instead) for each in found] == [
        (HIDDEN, "!id"),
        (TAKEN, "aws alive"),
    ]
    assert installed(PACK, document(text), host).render().decode() == text
    told = "\n".join(left_out(found))
    assert "aws whoami  you have your own alias: !id" in told
    assert "aws alive   would hide 'aws alive' of AWS CLI v1 or v2" in told


def test_an_update_changes_only_its_own_aliases() -> None:
    """New ones are added, others change or are removed, the user's lines between them stay."""
    old = document(f"[toplevel]\na = b\n{BLOCK}z = y\n")
    new = AliasPack(
        "p", (Alias("whoami", "iam get-user", "Who am I?"), Alias("more", "s3 ls", "x"))
    )
    assert [each.state for each in states(new, old, V1)] == [OUTDATED, AVAILABLE]
    text = installed(new, old, V1).render().decode()
    assert "whoami = iam get-user\nmore = s3 ls\n# <<<" in text
    assert "alive" not in text
    assert text.startswith("[toplevel]\na = b\n# >>>")
    assert text.endswith("<<<\nz = y\n")
    assert installed(AliasPack("p", ()), old, V1).render() == b"[toplevel]\na = b\nz = y\n"


def test_an_alias_that_would_hide_a_new_command_is_removed() -> None:
    """An update of the CLI may bring a command that the alias would hide."""
    text = installed(PACK, document(f"[toplevel]\n{BLOCK}"), HostCommands("v2", {"alive"}))
    assert text.own("p", "toplevel") == {"whoami": WHO.expansion}


def test_the_section_of_v2() -> None:
    """v1 neither adds nor removes what only v2 reads; any spelling of the section works."""
    pack = AliasPack("p", (WHO, IN, Alias("status", "login", "x", ("v2",), MFA_SECTION)))
    before = document("[command  mfa]\nx = status\n")
    assert [each.alias for each in states(pack, before, V1)] == [WHO]
    after = installed(pack, before, V2)
    assert after.own("p", "command  mfa") == {"in": "login"}
    assert [each.state for each in states(pack, after, V2)] == [INSTALLED, INSTALLED, TAKEN]
    assert installed(pack, after, V1).render() == after.render()
    assert after.without_packs().render() == before.render()


def test_a_section_that_the_user_added_to_stays() -> None:
    """Aliases after our block, in our section, aren't lost with it."""
    text = f"{NEW}mine = s3 ls\n"
    assert document(text).without_packs().render() == b"[toplevel]\nmine = s3 ls\n"


def test_the_last_pack_removes_the_section() -> None:
    """And the file, if the first one created it."""
    other = AliasPack("q", (Alias("two", "s3 ls", "x"),))
    both = installed(other, installed(PACK, AliasDocument.parse(None), V1), V1)
    left = both.without_packs("p")
    assert [(block.pack, block.is_in_new_file) for block in left.blocks()] == [("q", True)]
    assert left.own("q", "toplevel") == {"two": "s3 ls"}
    assert left.without_packs("q").render() == b""
    in_old = installed(other, document(f"# mine\n\n{NEW}"), V1).without_packs("p")
    assert [block.is_in_new_file for block in in_old.blocks()] == [False]
    assert in_old.without_packs().render() == b"# mine\n"


BY_HAND = {
    "another value": BLOCK.replace("mfa status", "mfa status --output json"),
    "one more": BLOCK.replace("alive =", "mine = s3 ls\nalive ="),
    "one less": BLOCK.replace("alive = mfa status\n", ""),
    "no end": BLOCK.replace("# <<< aws mfa alias: p <<<\n", ""),
    "no start": BLOCK.split("\n", 1)[1],
    "another pack's end": BLOCK.replace("p <<<", "q <<<"),
    "two starts": BLOCK.split("\n", 1)[0] + "\n" + BLOCK,
    "a continuation behind": f"{BLOCK}   more\n",
    "a section between": BLOCK.replace("alive =", "[x]\nalive ="),
}


@pytest.mark.parametrize("block", BY_HAND.values(), ids=BY_HAND)
def test_a_block_that_was_changed_by_hand_is_left_alone(block: str) -> None:
    """It isn't known whose each line is: refused with the line and a remedy."""
    with pytest.raises(ConfigurationError, match=r"edited by hand \(block at line [2-7]\)"):
        installed(PACK, document(f"[toplevel]\n{block}"), V1)


def test_a_reformatted_block_is_still_ours() -> None:
    """An editor may change indentation, blank lines and line ends."""
    moved = indented(BLOCK).replace("  alive", "\n  alive").replace("\n", "\r\n")
    assert document(f"[toplevel]\n{moved}").own("p", "toplevel").keys() == {"whoami", "alive"}


def test_a_file_with_a_default_section_is_refused() -> None:
    """With a new section its options would turn into aliases."""
    with pytest.raises(ConfigurationError, match=r"The options of \[DEFAULT\]"):
        installed(PACK, document("[DEFAULT]\ns3 = !evil\n"), V1)


@pytest.mark.parametrize(("host", "name"), [("v1", "login"), ("v1", "sso"), ("v2", "sms-voice")])
def test_a_command_of_the_other_cli_is_not_hidden(host: str, name: str) -> None:
    """Both CLIs read the same alias file."""
    alias = Alias(name, "s3 ls", "x")
    [state] = states(AliasPack("team", (alias,)), document(""), HostCommands(host, {"s3"}))
    assert (state.state, state.instead) == (TAKEN, f"aws {name}")


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
