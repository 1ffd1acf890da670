# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A built guest on disk, and where such things are kept."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vhost_device.guest.errors import GuestBuildError
from vhost_device.guest.modules import ModuleAliases

BUILD_COMMAND = "python -m vhost_device.guest build"
KERNEL_FILE = "kernel"
INITRAMFS_FILE = "initramfs.gz"
ALIASES_FILE = "modules.alias"
MANIFEST_FILE = "manifest.json"

_PACKAGE = Path(__file__).parent
# What decides the content of the modules and programs, and what decides the archive around them.
_CONTENT_SOURCES = (
    "recipe.py",
    "kernel.py",
    "modules.py",
    "userland.py",
    "vmlinux.py",
    "scripts/i2c-properties.c",
)
_ARCHIVE_SOURCES = (
    "cpio.py",
    "initramfs.py",
    *(f"scripts/{name}.sh" for name in ("agent", "common", "init", "profile", "runner")),
)


@dataclass(frozen=True)
class GuestImage:
    """The files that QEMU and the driver look-ups need; immutable once built."""

    directory: Path

    @property
    def kernel(self) -> Path:
        return self.directory / KERNEL_FILE

    @property
    def initramfs(self) -> Path:
        return self.directory / INITRAMFS_FILE

    def aliases(self) -> ModuleAliases:
        return ModuleAliases((self.directory / ALIASES_FILE).read_text())


def default_cache() -> Path:
    """Where images are kept unless told otherwise: below XDG_CACHE_HOME or ~/.cache."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "vhost-device" / "guest"


def find_image(cache: Path | None = None, modules: Sequence[str] = ()) -> GuestImage:
    """The image built before by these sources with these extra `modules`; GuestBuildError if none."""
    folder = cache or default_cache()
    link = folder / link_name(modules)
    image = GuestImage(link.resolve())
    if not (image.directory / MANIFEST_FILE).is_file():
        extra = f" --modules {','.join(modules)}" if modules else ""
        place = f" --cache {cache}" if cache else ""
        raise GuestBuildError(f"no guest image in {folder}: run '{BUILD_COMMAND}{extra}{place}'")
    return image


def content_key(versions: Iterable[str], modules: Sequence[str]) -> str:
    """Names one content: package versions, extra modules, and the code that puts them together."""
    return digest([*sorted(versions), *sorted(modules), *map(_source, _CONTENT_SOURCES)])


def image_key(content: str) -> str:
    """Names one image: a content and the archive around it."""
    return digest([content, *map(_source, _ARCHIVE_SOURCES)])


def link_name(modules: Sequence[str]) -> str:
    """The link to the newest image of the present sources, whatever the package versions were."""
    sources = map(_source, (*_CONTENT_SOURCES, *_ARCHIVE_SOURCES))
    return f"current-{digest([*sorted(modules), *sources])}"


def digest(parts: Iterable[str]) -> str:
    """A short name for `parts`; no two different lists share one."""
    total = hashlib.sha256()
    for part in parts:
        encoded = part.encode()
        total.update(b"%d:" % len(encoded) + encoded)
    return total.hexdigest()[:16]


def _source(name: str) -> str:
    return (_PACKAGE / name).read_text()
