"""The alias file before and after a pack, and the aliases that hide ``aws mfa``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.aliases.alias_file import AliasFile
from awscli_mfa_plugin.aliases.consent import check_accepted, check_name, whole
from awscli_mfa_plugin.aliases.merge import (
    AVAILABLE,
    HIDDEN,
    INSTALLED,
    OUTDATED,
    TAKEN,
    HostCommands,
    installed,
    states,
)
from awscli_mfa_plugin.aliases.pack import OUR_PACK, Alias, AliasPack
from awscli_mfa_plugin.aliases.render import entries, entry, left_out, names, overview
from awscli_mfa_plugin.errors import (
    CancelledError,
    CannotAskError,
    ConfigurationError,
    UnparsableFileError,
)
from awscli_mfa_plugin.files.alias_document import AliasDocument
from awscli_mfa_plugin.files.hiding_aliases import MFA_SECTION, HidingAlias, hides_the_command
from tests.fakes import FakeTerminal
from tests.unit.store import state_folder

if TYPE_CHECKING:
    from pathlib import Path

WHO = Alias("whoami", "sts get-caller-identity", "Who am I?")
ALIVE = Alias("alive", "mfa status", "Is my session alive?")
IN = Alias("in", "login", "Log in", ("v2",), MFA_SECTION)
UP = Alias("up", "!git pull \u202e", "Pull", is_external=True)
PACK = AliasPack("p", (WHO, ALIVE))
V1 = HostCommands("v1", {"s3", "sts", "mfa"}, {"login", "status"})
V2 = HostCommands("v2", {"s3", "sts", "mfa"}, {"login", "status"})

BLOCK = (
    "# >>> aws mfa alias: p e8c68dc5 >>>\n"
    "# By 'aws mfa alias install'. Your own aliases belong outside of these lines.\n"
    "whoami = sts get-caller-identity\n"
    "alive = mfa status\n"
    "# <<< aws mfa alias: p <<<\n"
)
NEW = BLOCK.replace(">>>\n", ">>>\n[toplevel]\n", 1)


def document(text: str) -> AliasDocument:
    """Return the document of a file that is there."""
    return AliasDocument.parse(text.encode())


def indented(text: str) -> str:
    """Return the lines two blanks further in."""
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
    """The block stands in the one section, as deep as its neighbours; taken out it is gone."""
    changed = installed(PACK, document(before), V1)
    assert changed.render().decode() == after
    assert installed(PACK, changed, V1).render().decode() == after
    assert changed.without_packs().render().decode() == before
    assert changed.without_packs("another").render().decode() == after


def test_a_new_file_is_known_as_such() -> None:
    """So that nothing stays of it; a file that was there empty isn't one."""
    new = installed(PACK, AliasDocument.parse(None), V1)
    assert new.render().decode() == NEW.replace("e8c68dc5", "e8c68dc5 in a new file")
    assert [block.is_in_new_file for block in new.blocks()] == [True]
    assert not document(NEW).blocks()[0].is_in_new_file


def test_what_exists_stays() -> None:
    """The user's alias, in whatever case it is written, and the CLI's command."""
    text = "[toplevel]\nWhoAmI = !id\n"
    host = HostCommands("v2", {"alive"})
    found = states(PACK, document(text), host)
    assert [(each.state, each.instead) for each in found] == [
        (HIDDEN, "!id"),
        (TAKEN, "aws alive"),
    ]
    assert installed(PACK, document(text), host).render().decode() == text
    told = "\n".join(left_out(found))
    assert "aws whoami  hidden by an alias of your own: !id" in told
    assert "aws alive   it would hide the command 'aws alive' of AWS CLI v1 or v2" in told


def test_an_update_changes_its_own() -> None:
    """New ones come, others change or go, the user's lines between stay."""
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


def test_a_name_that_became_a_command_is_taken_out() -> None:
    """An update of the CLI may bring a command that the alias would hide."""
    text = installed(PACK, document(f"[toplevel]\n{BLOCK}"), HostCommands("v2", {"alive"}))
    assert text.own("p", "toplevel") == {"whoami": WHO.expansion}


def test_the_section_of_v2() -> None:
    """v1 neither adds nor removes what v2 alone reads; any spelling of the section serves."""
    pack = AliasPack("p", (WHO, IN, Alias("status", "login", "x", ("v2",), MFA_SECTION)))
    before = document("[command  mfa]\nx = status\n")
    assert [each.alias for each in states(pack, before, V1)] == [WHO]
    after = installed(pack, before, V2)
    assert after.own("p", "command  mfa") == {"in": "login"}
    assert [each.state for each in states(pack, after, V2)] == [INSTALLED, INSTALLED, TAKEN]
    assert installed(pack, after, V1).render() == after.render()
    assert after.without_packs().render() == before.render()


def test_a_header_that_the_user_came_to_need_stays() -> None:
    """Aliases put behind our block, into our section, aren't lost with it."""
    text = f"{NEW}mine = s3 ls\n"
    assert document(text).without_packs().render() == b"[toplevel]\nmine = s3 ls\n"


def test_a_header_goes_from_pack_to_pack() -> None:
    """The last one takes it along, and with it the file that the first one made."""
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
    """Whose line is whose can't be told: refused with the line, and how to go on."""
    with pytest.raises(ConfigurationError, match=r"changed by hand \(the block at line [2-7]\)"):
        installed(PACK, document(f"[toplevel]\n{block}"), V1)


def test_a_block_may_be_laid_out_anew() -> None:
    """Indent, blank lines and line ends are an editor's."""
    moved = indented(BLOCK).replace("  alive", "\n  alive").replace("\n", "\r\n")
    assert document(f"[toplevel]\n{moved}").own("p", "toplevel").keys() == {"whoami", "alive"}


def test_default_is_for_no_alias() -> None:
    """With a new section its options would turn into aliases."""
    with pytest.raises(ConfigurationError, match=r"The options of \[DEFAULT\]"):
        installed(PACK, document("[DEFAULT]\ns3 = !evil\n"), V1)


HIDING = {
    "nothing": ("[toplevel]\nwhoami = sts get-caller-identity\n", ()),
    "another command": (
        "# x\n[toplevel]\nMFA = s3 ls\n",
        (HidingAlias("toplevel", "mfa", "s3 ls", 3),),
    ),
    "a shell": ("[toplevel]\nmfa=\n  !mfa\n", (HidingAlias("toplevel", "mfa", "!mfa", 2),)),
    "by DEFAULT": (
        "[DEFAULT]\nmfa: x\n[toplevel]\n",
        (HidingAlias("toplevel", "mfa", "x", 2),),
    ),
    "an open quote": ("[toplevel]\nmfa = 'x\n", (HidingAlias("toplevel", "mfa", "'x", 2),)),
    "an option alone": (
        "[toplevel]\nmfa = --region\n",
        (HidingAlias("toplevel", "mfa", "--region", 2),),
    ),
    "itself": ("[toplevel]\nmfa = --no-paginate --region x --output=json mfa status\n", ()),
    "a subcommand": (
        "[command  mfa]\nlogin = !evil\nstatus = login\nx = !y\n",
        (HidingAlias("command  mfa", "login", "!evil", 2),),
    ),
    "of the last section": ("[command mfa]\nlogin = !a\n[command  mfa]\n", ()),
    "elsewhere": ("[command s3]\nmfa = x\nlogin = !x\n", ()),
}


@pytest.mark.parametrize(("text", "found"), HIDING.values(), ids=HIDING)
def test_an_alias_that_hides_the_command_is_found(
    text: str, found: tuple[HidingAlias, ...]
) -> None:
    """With the line that it stands on."""
    assert hides_the_command(text.encode(), ("login", "status")) == found
    assert document(text).line_of("toplevel", "another") == 0


def test_a_file_that_no_cli_reads_is_told_with_its_line() -> None:
    """A second section of a name, or an alias that is there twice."""
    for text in ("[toplevel]\n[toplevel]\n", "[toplevel]\n\na = b\nA = c\n"):
        with pytest.raises(UnparsableFileError, match=r"line [24] repeats"):
            hides_the_command(text.encode())


LOOP = Alias("z", "mfa", "x")
GO = Alias("go", "z exec -- sh -c id", "x")


def test_a_pack_is_shown_whole_and_accepted_as_a_whole() -> None:
    """Nothing in it is judged: an alias that calls another one is shown as all others are."""
    terminal = FakeTerminal("y")
    pack = AliasPack("team", (WHO, UP, LOOP, GO, IN))
    check_accepted(pack, "team.yaml", terminal)
    assert "".join(terminal.told) == (
        "The pack team:\n"
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
def test_what_is_no_clear_yes_is_a_no(answer: str) -> None:
    """Nothing is installed then."""
    with pytest.raises(CancelledError, match="not accepted"):
        check_accepted(PACK, "team.yaml", FakeTerminal(answer))


def test_a_harmless_looking_pack_is_refused_where_nobody_can_be_asked() -> None:
    """The remedy names the option that accepts all of it."""
    with pytest.raises(CannotAskError, match="to accept it: CI is set") as caught:
        check_accepted(PACK, "team.yaml", FakeTerminal(nobody="CI is set"))
    assert caught.value.exit_code == 253
    assert "aws mfa alias install --yes --from FILE" in caught.value.remedy


@pytest.mark.parametrize(("host", "name"), [("v1", "login"), ("v1", "sso"), ("v2", "sms-voice")])
def test_a_command_of_the_other_cli_is_not_hidden(host: str, name: str) -> None:
    """Both CLIs read the same alias file."""
    alias = Alias(name, "s3 ls", "x")
    [state] = states(AliasPack("team", (alias,)), document(""), HostCommands(host, {"s3"}))
    assert (state.state, state.instead) == (TAKEN, f"aws {name}")


def test_a_stranger_has_a_name_of_its_own() -> None:
    """It can't pass for the plugin's pack, for which nobody is asked."""
    check_name(PACK, "team.yaml")
    check_name(AliasPack(OUR_PACK, (), is_ours=True), "copy.yaml")
    with pytest.raises(ConfigurationError, match="the plugin's own"):
        check_name(AliasPack(OUR_PACK, ()), "team.yaml")


def test_the_overview() -> None:
    """By state; each with its help and what it runs."""
    pack = AliasPack("p", (WHO, Alias("alive", "mfa status --min-remaining 1", "x"), UP, IN))
    text = overview(states(pack, document(f"[toplevel]\n{BLOCK}"), V2))
    assert text == (
        "Installed:\n"
        "  aws whoami  Who am I?\n"
        "              = sts get-caller-identity\n"
        "\n"
        "Installed in an older form; «install» renews them:\n"
        "  aws alive   x\n"
        "              = mfa status --min-remaining 1\n"
        "\n"
        "Not installed; «install» adds them:\n"
        "  aws up      Pull\n"
        "              = !git pull \\u202e\n"
        "  aws mfa in  Log in\n"
        "              = login"
    )
    assert overview(()) == "The pack holds no alias for this AWS CLI."


def test_names_and_data() -> None:
    """What was installed in two lines, and the form for programs."""
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


def alias_file(home: Path) -> AliasFile:
    """Return the alias file of a home."""
    from awscli_mfa_plugin.files.locks import Locks

    return AliasFile(str(home / ".aws" / "cli" / "alias"), Locks(state_folder(home)))


def test_on_the_disk(tmp_path: Path) -> None:
    """Made, changed and gone again; an empty file of the user's stays."""
    file, path = alias_file(tmp_path), tmp_path / ".aws" / "cli" / "alias"
    assert file.read().is_missing
    assert file.update(lambda before: installed(PACK, before, V1))
    assert path.read_text().endswith(NEW.split("\n", 1)[1])
    assert not file.update(lambda before: installed(PACK, before, V1))
    assert file.update(AliasDocument.without_packs)
    assert not path.exists()
    path.touch(0o640)
    assert file.update(lambda before: installed(PACK, before, V1))
    assert path.stat().st_mode & 0o777 == 0o640
    assert file.update(AliasDocument.without_packs)
    assert path.read_bytes() == b""


def test_a_value_of_many_lines_is_no_nested_option(tmp_path: Path) -> None:
    """The CLI reads this file by another grammar than the config file."""
    file, path = alias_file(tmp_path), tmp_path / ".aws" / "cli" / "alias"
    path.parent.mkdir(parents=True)
    text = "[toplevel]\nf =\n  !f() {\n    echo hi\n  }; f\n"
    path.write_text(text)
    assert file.update(lambda before: installed(PACK, before, V1))
    assert path.read_text() == text + BLOCK


def test_a_file_with_a_byte_order_mark_is_refused(tmp_path: Path) -> None:
    """No CLI reads it; it stays as it is."""
    file, path = alias_file(tmp_path), tmp_path / ".aws" / "cli" / "alias"
    path.parent.mkdir(parents=True)
    path.write_text("[toplevel]\n", "utf-8-sig")
    with pytest.raises(UnparsableFileError, match="line 1 starts with a byte order mark"):
        file.update(lambda before: installed(PACK, before, V1))
    assert path.read_text("utf-8-sig") == "[toplevel]\n"
