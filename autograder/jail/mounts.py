"""List what the jail can see: the interpreter, the environment's libraries and the worker's code; nothing else."""

from __future__ import annotations

import functools
import importlib.metadata
import os
import sys
import sysconfig
from pathlib import Path

from packaging.requirements import Requirement

from autograder.base.errors import SandboxError

PYTHON = "/python/bin/python3"
_SITE = "/python/site"
_KIT = "/kit"
_STDLIB = f"/python/lib/python{sys.version_info.major}.{sys.version_info.minor}"
_DEVICES = ("null", "zero", "random", "urandom")

# With -I and -S, what is imported does not depend on site-packages, .pth files, PYTHON* variables or the current
# folder.
BOOT = (
    f"import sys; sys.path[:0] = [{_SITE!r}, {_KIT!r}]; sys.dont_write_bytecode = True; "
    "from autograder.worker import zygote; zygote.main(int(sys.argv[1]))"
)


def worker_folder() -> Path:
    """Return the folder of the package that runs in the jail."""
    return Path(__file__).parent.parent / "worker"


def binds(packages: tuple[str, ...]) -> list[tuple[Path, str]]:
    """Return pairs of a path here and its path in the jail, for the interpreter and the named distributions."""
    pairs = [*_system_libraries(), *_interpreter()]
    for path in distribution_paths(packages):
        pairs.append((path, f"{_SITE}/{path.name}"))
    pairs.append((worker_folder(), f"{_KIT}/autograder/worker"))
    return pairs


def readable(packages: tuple[str, ...], mounted: bool) -> list[str]:
    """Return the paths that a worker may read; if `mounted`, as they are called in the jail."""
    pairs = binds(packages)
    paths = (place for _, place in pairs) if mounted else (str(path) for path, _ in pairs)
    return [*paths, *(f"/dev/{device}" for device in _DEVICES)]


def bubblewrap_arguments(packages: tuple[str, ...], processes: bool = True) -> list[str]:
    """Return the file system of the jail as options of bubblewrap.

    With `processes` there is a /proc, which a zygote needs to make namespaces; each worker then covers it. Without,
    there is only what torch reads about the processor.
    """
    arguments: list[str] = []
    # bubblewrap would copy permissions of the source to intermediate folders, and the worker may be another user.
    for folder in _parents(place for _, place in binds(packages)):
        arguments += ["--perms", "0755", "--dir", folder]
    for link in _links():
        arguments += ["--symlink", os.readlink(link), str(link)]
    for path, place in binds(packages):
        arguments += ["--ro-bind", str(path), place]
    for installed in ("site-packages", "dist-packages"):
        if (Path(sysconfig.get_path("stdlib")) / installed).is_dir():
            arguments += ["--perms", "0755", "--size", "4096", "--tmpfs", f"{_STDLIB}/{installed}"]
    for device in _DEVICES:
        arguments += ["--dev-bind", f"/dev/{device}", f"/dev/{device}"]
    return [
        *arguments,
        *(("--proc", "/proc") if processes else _PROCESSOR),
        "--perms",
        "1777",
        "--size",
        str(64 << 20),
        "--tmpfs",
        "/tmp",
        "--remount-ro",
        "/",
    ]


_PROCESSOR = ("--perms", "0755", "--dir", "/proc", "--ro-bind", "/proc/cpuinfo", "/proc/cpuinfo")


def _parents(places: object) -> list[str]:
    found: dict[str, None] = {}
    for place in (*places, "/dev/null"):  # type: ignore[misc]
        for parent in reversed(Path(place).parents):
            if str(parent) != "/":
                found[str(parent)] = None
    return list(found)


def _links() -> list[Path]:
    return [path for path in (Path("/lib"), Path("/lib64")) if path.is_symlink()]


def _system_libraries() -> list[tuple[Path, str]]:
    multiarch = sysconfig.get_config_var("MULTIARCH") or "none"
    candidates = [Path("/usr/lib") / multiarch, Path("/usr/lib64"), Path("/lib") / multiarch, Path("/lib64")]
    folders = [path for path in candidates if path.is_dir() and not _behind_a_link(path)]
    cache = [Path("/etc/ld.so.cache")] if Path("/etc/ld.so.cache").is_file() else []
    return [(path, str(path)) for path in folders + cache]


def _behind_a_link(path: Path) -> bool:
    return path.is_symlink() or path.parent.is_symlink()


def _interpreter() -> list[tuple[Path, str]]:
    executable = Path(sys._base_executable).resolve()  # type: ignore[attr-defined]
    pairs = [(executable, PYTHON), (Path(sysconfig.get_path("stdlib")), _STDLIB)]
    libraries = Path(sysconfig.get_config_var("LIBDIR") or "/nowhere")
    for library in sorted(libraries.glob("libpython*.so*")):
        pairs.append((library.resolve(), f"/python/lib/{library.name}"))
    return pairs


@functools.cache
def distribution_paths(packages: tuple[str, ...]) -> tuple[Path, ...]:
    """Return the top-level files and folders of the named distributions and of all that they require.

    Raises:
        SandboxError: one of them is not installed.
    """
    found: dict[Path, None] = {}
    waiting, seen = list(packages), set()
    while waiting:
        name = waiting.pop()
        if name.lower() in seen:
            continue
        seen.add(name.lower())
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            raise SandboxError(f"environment: package {name} is not installed; run `make setup`") from None
        for file in distribution.files or ():
            top = file.parts[0]
            if top not in ("..", "__pycache__") and not top.endswith((".dist-info", ".pth")):
                found[Path(str(distribution.locate_file(top)))] = None
        waiting += [req.name for req in map(Requirement, distribution.requires or ()) if _applies(req)]
    return tuple(path for path in found if path.exists())


def _applies(requirement: Requirement) -> bool:
    """Return whether a requirement is always installed: an extra does not belong to the environment."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})
