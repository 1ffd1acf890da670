# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The kernel's packages: which ones, and what is built from them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vhost_device.guest import apt
from vhost_device.guest.errors import GuestBuildError
from vhost_device.guest.progress import run_tool, say
from vhost_device.guest.recipe import KERNEL_PACKAGE, OutOfTreeModule

_SOURCE_LIMIT_S = 300.0
_MAKE_LIMIT_S = 600.0
_OWN_SOURCES = Path(__file__).parent / "scripts"
_IMAGE_NAME = re.compile(r"linux-image-(?P<release>(?P<series>\d+\.\d+)\..+)")


@dataclass(frozen=True)
class KernelPackages:
    """The packages of one kernel; `release` is what `uname -r` says under it."""

    release: str
    image: apt.Package
    source: apt.Package
    headers: tuple[apt.Package, ...]

    @property
    def all(self) -> tuple[apt.Package, ...]:
        return (self.image, self.source, *self.headers)


def resolve_kernel() -> KernelPackages:
    """The newest kernel of the release, by the dependency of KERNEL_PACKAGE."""
    meta = apt.show([KERNEL_PACKAGE])[KERNEL_PACKAGE]
    match = next((m for m in map(_IMAGE_NAME.fullmatch, meta.depends) if m is not None), None)
    if match is None:
        raise GuestBuildError(
            f"{KERNEL_PACKAGE} {meta.version} depends on {', '.join(meta.depends) or 'nothing'};"
            " expected a package named linux-image-VERSION"
        )
    release = match["release"]
    image, headers, source = match[0], f"linux-headers-{release}", f"linux-source-{match['series']}"
    found = apt.show([image, headers, source])
    parts = [name for name in found[headers].depends if name.startswith(("linux-headers-", "linux-kbuild-"))]
    return KernelPackages(release, found[image], found[source], (found[headers], *apt.show(parts).values()))


def extract_sources(package: Path, paths: Sequence[str], target: Path) -> None:
    """Takes single files out of the kernel's source package, by their path in the kernel tree.

    The package holds a compressed archive of the whole kernel, so it is streamed: nothing but the wanted
    files is written.
    """
    inner = package.name.split("_")[0]
    target.mkdir(parents=True, exist_ok=True)
    stages = [
        ["dpkg-deb", "--fsys-tarfile", str(package)],
        ["tar", "-xO", f"./usr/src/{inner}.tar.xz"],
        ["xz", "-dc", "-T2"],
        ["tar", "-x", "-C", str(target), "--strip-components=1", *(f"{inner}/{p}" for p in paths)],
    ]
    running: list[subprocess.Popen[bytes]] = []
    try:
        for stage in stages:
            source = running[-1].stdout if running else subprocess.DEVNULL
            last = len(running) == len(stages) - 1
            running.append(
                subprocess.Popen(
                    stage,
                    stdin=source,
                    stdout=subprocess.DEVNULL if last else subprocess.PIPE,
                    stderr=subprocess.PIPE if last else subprocess.DEVNULL,
                )
            )
            if running[:-1]:
                pipe = running[-2].stdout
                assert pipe is not None
                pipe.close()
        _, words = running[-1].communicate(timeout=_SOURCE_LIMIT_S)
    except subprocess.TimeoutExpired:
        raise GuestBuildError(f"reading {package.name} took longer than {_SOURCE_LIMIT_S:g} s") from None
    finally:
        for process in running:
            process.kill()
            process.wait()
    missing = [path for path in paths if not (target / path).is_file()]
    if missing:
        raise GuestBuildError(
            f"{package.name} does not have {', '.join(missing)}\n{words.decode(errors='replace')}"
        )


def build_modules(
    modules: Sequence[OutOfTreeModule], sources: Path, root: Path, release: str, scratch: Path
) -> list[Path]:
    """Compiles `modules` against the headers unpacked below `root`; returns the .ko files, stripped."""
    headers = root / "usr" / "src" / f"linux-headers-{release}"
    # Debian's Makefile includes the common one by the path that it has once installed.
    makefile = headers / "Makefile"
    makefile.write_text(makefile.read_text().replace("/usr/src/", f"{root}/usr/src/"))
    compiler = _compiler(headers)
    scratch.mkdir(parents=True)
    for module in modules:
        for source in module.sources:
            origin = (_OWN_SOURCES if module.ours else sources) / source
            (scratch / Path(source).name).write_bytes(origin.read_bytes())
    (scratch / "Kbuild").write_text(kbuild(modules))
    say(f"compiling {len(modules)} kernel modules that Debian leaves out")
    run_tool(
        ["make", "-C", str(headers), f"M={scratch}", "-j2", "modules"],
        purpose="compiling kernel modules",
        limit_s=_MAKE_LIMIT_S,
        remedy=f"the compiler must be the kernel's own: apt-get install {compiler} libelf1",
    )
    built = [scratch / f"{module.name}.ko" for module in modules]
    run_tool(["strip", "--strip-debug", *map(str, built)], purpose="stripping modules", limit_s=60)
    return built


def kbuild(modules: Sequence[OutOfTreeModule]) -> str:
    """The Kbuild file that builds `modules` in one folder."""
    lines = []
    for module in modules:
        stems = [Path(source).stem for source in module.sources if source.endswith(".c")]
        lines.append(f"obj-m += {module.name}.o")
        if stems != [module.name]:
            lines.append(f"{module.name}-y := {' '.join(f'{stem}.o' for stem in stems)}")
        if module.defines:
            flags = " ".join(f"-D{define}" for define in module.defines)
            lines += [f"CFLAGS_{stem}.o := {flags}" for stem in stems]
    return "\n".join(lines) + "\n"


def _compiler(headers: Path) -> str:
    """The compiler that the kernel was built with, as its headers name it ("gcc-12")."""
    variables = headers / ".kernelvariables"
    match = re.search(r"\b(gcc-\d+)\b", variables.read_text() if variables.exists() else "")
    return match[1] if match else "gcc"
