# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Finds and downloads Debian packages without installing them; any user can."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vhost_device.guest.errors import GuestBuildError
from vhost_device.guest.progress import run_tool, say

_UPDATE_REMEDY = "the package lists may be missing or old: run 'apt-get update' as root and try again"
_SHOW_LIMIT_S = 60.0
_DOWNLOAD_LIMIT_S = 1800.0
_MIB = 1 << 20


@dataclass(frozen=True)
class Package:
    """One version of a package in apt's lists."""

    name: str
    version: str
    architecture: str
    size: int
    sha256: str
    depends: tuple[str, ...]

    @property
    def file_name(self) -> str:
        """The name that apt gives the file, where a colon is not welcome."""
        return f"{self.name}_{self.version.replace(':', '%3a')}_{self.architecture}.deb"


def show(names: Iterable[str]) -> dict[str, Package]:
    """The candidate version of each package. A name that apt does not know is an error."""
    wanted = list(names)
    text = run_tool(
        ["apt-cache", "show", "--no-all-versions", *wanted],
        purpose=f"looking up {', '.join(wanted)}",
        limit_s=_SHOW_LIMIT_S,
        remedy=_UPDATE_REMEDY,
    )
    found = parse_records(text)
    missing = [name for name in wanted if name not in found]
    if missing:
        raise GuestBuildError(f"apt knows no package {', '.join(missing)}; {_UPDATE_REMEDY}")
    return found


def parse_records(text: str) -> dict[str, Package]:
    """The packages in the output of `apt-cache show`; the first record of a name counts."""
    found: dict[str, Package] = {}
    for record in text.split("\n\n"):
        fields = {
            key: value.strip()
            for key, separator, value in (line.partition(":") for line in record.splitlines())
            if separator and not key.startswith(" ")
        }
        name = fields.get("Package")
        if name is None or "Version" not in fields or name in found:
            continue
        found[name] = Package(
            name=name,
            version=fields["Version"],
            architecture=fields.get("Architecture", "all"),
            size=int(fields.get("Size", "0")),
            sha256=fields.get("SHA256", ""),
            depends=_dependency_names(fields.get("Depends", "")),
        )
    return found


def download(packages: Iterable[Package], directory: Path) -> dict[str, Path]:
    """Makes sure that every package's file is in `directory`; returns the files by package name."""
    directory.mkdir(parents=True, exist_ok=True)
    files = {}
    for package in packages:
        target = directory / package.file_name
        if not _is_whole(target, package):
            _download_one(package, target)
        files[package.name] = target
    return files


def _download_one(package: Package, target: Path) -> None:
    say(f"downloading {package.name} {package.version} ({max(1, package.size // _MIB)} MiB)")
    with tempfile.TemporaryDirectory(prefix="tmp-", dir=target.parent) as scratch:
        # Root's apt would drop to a user that may not write here, and warn about it.
        run_tool(
            ["apt-get", "-o", "APT::Sandbox::User=root", "download", f"{package.name}={package.version}"],
            purpose=f"downloading {package.name} {package.version}",
            limit_s=_DOWNLOAD_LIMIT_S,
            cwd=Path(scratch),
            remedy=_UPDATE_REMEDY,
        )
        got = list(Path(scratch).glob("*.deb"))
        if len(got) != 1 or not _is_whole(got[0], package):
            raise GuestBuildError(
                f"{package.name} {package.version}: what was downloaded is not what apt's lists"
                f" describe (expected SHA256 {package.sha256}); {_UPDATE_REMEDY}"
            )
        got[0].replace(target)


def _is_whole(path: Path, package: Package) -> bool:
    try:
        if path.stat().st_size != package.size:
            return False
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(_MIB):
                digest.update(block)
    except FileNotFoundError:
        return False
    return digest.hexdigest() == package.sha256


def _dependency_names(field: str) -> tuple[str, ...]:
    return tuple(item.split("|")[0].split("(")[0].strip() for item in field.split(",") if item.strip())
