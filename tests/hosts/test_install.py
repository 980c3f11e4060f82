"""``awscli-mfa install`` and ``uninstall``: from nothing to a login, and back without a trace."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.hosts.conftest import need
from tests.hosts.home import Home
from tests.hosts.host import Host, all_hosts
from tests.hosts.installer import Machine, own_host
from tests.hosts.users import REGION, keys_of, serial_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.aws import EmbeddedAws

pytestmark = pytest.mark.hosts

CONFIG = f"# my settings\n[default]\nregion = {REGION}  \n"
DATA = ".local/share/awscli-mfa-plugin"


def machine_with(
    names: tuple[str, ...], tmp_path: Path, installer: Path, network: dict[str, str], tools: Path
) -> Machine:
    """Return a home with these CLIs on the PATH, in that order."""
    for name in names:
        need(name)
    hosts = [host for name in names for host in all_hosts() if host.name == name]
    own = [own_host(host, tmp_path / f"own-{host.name}") for host in hosts]
    homes = tuple(Home(host, tmp_path / "home", None, network) for host in own)
    homes[0].aws_folder.mkdir(mode=0o700)
    return Machine(homes, installer, tools)


@pytest.fixture
def both(tmp_path: Path, installer: Path, network: dict[str, str], tools: Path) -> Machine:
    """Return a machine with v1 and AWS's own build of v2, and one config file."""
    return machine_with(("v1", "v2"), tmp_path, installer, network, tools)


@pytest.fixture
def v2(tmp_path: Path, installer: Path, network: dict[str, str], tools: Path) -> Machine:
    """Return a machine with AWS's own build of v2."""
    return machine_with(("v2",), tmp_path, installer, network, tools)


@pytest.fixture
def v1(tmp_path: Path, installer: Path, network: dict[str, str], tools: Path) -> Machine:
    """Return a machine with v1."""
    return machine_with(("v1",), tmp_path, installer, network, tools)


def login(home: Home, aws: EmbeddedAws) -> None:
    """Log in and use the session."""
    done = home.run("mfa", "login", "--token-code", aws.fresh_code(serial_of(aws)))
    assert done.returncode == 0, done.output
    used = home.run("s3", "ls", "--profile", "mfa")
    assert used.returncode == 0, used.output


def upgrade_in_use(machine: Machine) -> None:
    """Upgrade, while commands run on the last CLI; none of them fails."""
    with subprocess.Popen(
        machine.command("install"),
        env=machine.variables(),
        cwd=machine.home.path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        runs = 0
        while process.poll() is None:
            done = machine.homes[-1].run("mfa", "status", "--profile", "mfa")
            assert done.returncode == 0, done.output
            runs += 1
    assert process.returncode == 0
    assert runs


@pytest.mark.slow
@pytest.mark.parametrize(
    "names",
    [("v1-boto3",), ("v2-debian",), ("v1", "v2")],
    ids="+".join,
)
def test_install_login_upgrade_uninstall(
    names: tuple[str, ...],
    tmp_path: Path,
    installer: Path,
    network: dict[str, str],
    tools: Path,
    aws: EmbeddedAws,
) -> None:
    """Two commands to the first login; an upgrade; and in the end only the login is left.

    Commands of v2 that start during the upgrade use the old version or the new one.
    """
    machine = machine_with(names, tmp_path, installer, network, tools)
    machine.copy_installer(tmp_path / "own-installer")
    home = machine.home
    home.write_config(CONFIG)
    home.write_credentials(keys_of(aws, "ada"))
    before = machine.files()
    done = machine.installer("install", *(["--aliases"] if "v2" in names else []))
    assert done.returncode == 0, done.output
    assert done.output.count("aws mfa works") == len(names)
    assert (home.aws_folder / "cli" / "alias").exists() == ("v2" in names)
    login(home, aws)
    first = (home.path / DATA / "current").readlink()
    machine.change_source("# a newer release")
    if "v2" in names:
        upgrade_in_use(machine)
    else:
        assert machine.installer("install").returncode == 0
    second = (home.path / DATA / "current").readlink()
    assert first != second
    for other in machine.homes:
        status = other.run("mfa", "status", "--profile", "mfa")
        assert status.returncode == 0, status.output
    credentials = home.credentials.read_bytes()
    done = machine.installer("uninstall")
    assert done.returncode == 0, done.output
    after = machine.files()
    config = after[str(home.config)].decode()
    assert config.startswith(f"{CONFIG}\n[profile mfa]\nmfa_source_profile")
    assert "plugin" not in config
    assert after[str(home.credentials)] == credentials
    made_by_aws = {path for path in after if path.startswith(str(home.aws_folder / "cli"))}
    changed = {str(home.config), str(home.credentials)}
    assert {p: c for p, c in after.items() if p not in made_by_aws | changed} == {
        p: c for p, c in before.items() if p not in changed
    }
    assert {path for path in made_by_aws if "/cache" not in path} <= {str(home.aws_folder / "cli")}
    for other in machine.homes:
        assert other.run("--version").returncode == 0


def test_one_config_file_for_v1_and_v2(both: Machine) -> None:
    """With another plugin's folder, ours comes first and v1 works; the other way round it fails.

    The folder's name has dots, so v1 takes it for modules of packages.
    """
    v1, v2 = both.homes
    theirs = both.home.path / "their.plugins" / ".d"
    theirs.mkdir(parents=True)
    lines = f"[plugins]\ncli_legacy_plugin_path={theirs}\n"
    v1.write_config(lines)
    assert v1.run("--version").returncode != 0
    done = both.installer("install")
    assert done.returncode == 0, done.output
    ours = both.home.path / DATA / "current"
    text = v1.config.read_text()
    assert text == f"[plugins]\nmfa = awscli_mfa_plugin\ncli_legacy_plugin_path={theirs}:{ours}\n"
    for home in both.homes:
        assert '"Sessions"' in home.run("mfa", "status", "--output", "json").stdout
    header, first, second = text.splitlines(keepends=True)
    v1.config.write_text(header + second + first)
    assert v1.run("--version").returncode != 0
    assert v2.run("--version").returncode == 0


def test_v1_that_cannot_get_the_plugin_is_not_changed(both: Machine) -> None:
    """The error explains the choices."""
    [site] = both.home.host.folder.glob("lib/python*/site-packages")
    if os.geteuid() == 0:
        os.chown(site, 65534, -1)
    else:
        site.chmod(0o555)
    both.home.write_config(CONFIG)
    before = both.files()
    done = both.installer("install")
    site.chmod(0o755)
    assert done.returncode == 253, done.output
    assert "AWS_CONFIG_FILE=" in done.stderr
    assert "Nothing was changed" in done.stderr
    assert both.files() == before
    v2 = str(both.homes[1].host.aws)
    assert both.installer("install", "--cli", v2).returncode == 253
    own = {"AWS_CONFIG_FILE": str(both.home.aws_folder / "config-mfa")}
    done = both.installer("install", "--cli", v2, env=own)
    assert done.returncode == 0, done.output
    assert both.homes[1].run("mfa", "status", "--output", "json", env=own).returncode == 1
    assert both.home.run("--version").returncode == 0


def test_other_v1s_get_the_plugin_too(v2: Machine, tmp_path: Path) -> None:
    """One that a version manager knows, at once; one in a project fails until it is named."""
    need("v1")
    [host] = [host for host in all_hosts() if host.name == "v1"]
    place = v2.home.path / ".pyenv/versions/3.12.1"
    place.parent.mkdir(parents=True)
    hidden = replace(v2.home, host=own_host(host, place))
    project = replace(v2.home, host=own_host(host, tmp_path / "project" / ".venv"))
    before = v2.files()
    done = v2.installer("install")
    assert done.returncode == 0, done.output
    assert f"({hidden.host.aws}): aws mfa works." in done.stdout
    assert "To fix it:  awscli-mfa install --cli PATH\n" in done.stdout
    assert project.run("--version").returncode != 0
    done = v2.installer("install", "--cli", str(project.host.aws))
    assert done.returncode == 0, done.output
    for home in (hidden, project):
        assert '"Sessions"' in home.run("mfa", "status", "--output", "json").stdout
    assert v2.installer("uninstall").returncode == 0
    assert v2.files() == before


def test_a_plugin_that_v2_cannot_load_rolls_back(v2: Machine) -> None:
    """The config file names one of v1's: v2 would load it and fail, so nothing is changed."""
    v2.home.write_config("[plugins]\nendpoint = no_such_plugin\n")
    before = v2.files()
    done = v2.installer("install")
    assert done.returncode == 253, done.output
    assert "no_such_plugin" in done.stderr
    assert v2.files() == before


def test_a_broken_environment_is_named(v2: Machine, tmp_path: Path) -> None:
    """A missing dependency is an error without a traceback."""
    v2.copy_installer(tmp_path / "own-installer")
    [ruamel] = v2.environment.glob("lib/python*/site-packages/ruamel/yaml/__init__.py")
    ruamel.unlink()
    before = v2.files()
    done = v2.installer("install")
    assert done.returncode == 253, done.output
    assert "ruamel.yaml is missing" in done.stderr
    assert v2.files() == before


def test_a_throw_away_v1_has_its_own_folder(tmp_path: Path) -> None:
    """A throw-away v1 is in another folder than the fetched one, which tests share."""
    need("v1")
    [host] = [host for host in all_hosts() if host.name == "v1"]
    own = own_host(host, tmp_path / "own")
    assert own == Host("v1", tmp_path / "own")
    assert own.aws.read_text() != host.aws.read_text()
