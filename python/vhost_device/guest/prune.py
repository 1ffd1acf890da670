# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Keeps the cache from growing with every change of the sources or the packages."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from vhost_device.guest.image import MANIFEST_FILE

# Enough for a few checkouts or branches that are worked on in turn.
KEPT_IMAGES = 4


def prune(cache: Path) -> None:
    """Removes all but the newest images, and what only the removed ones needed.

    The caller holds the cache's lock.
    """
    images = sorted(cache.glob("image-*"), key=lambda path: path.stat().st_mtime, reverse=True)
    needed: set[str] = set()
    for image in images[:KEPT_IMAGES]:
        manifest = json.loads((image / MANIFEST_FILE).read_text())
        needed.update((manifest["content"], *manifest["files"]))
    for image in images[KEPT_IMAGES:]:
        shutil.rmtree(image)
    for link in cache.glob("current-*"):
        if not link.exists():
            link.unlink()
    for content in cache.glob("content-*"):
        if content.name not in needed:
            shutil.rmtree(content)
    for file in cache.glob("downloads/*"):
        if file.name not in needed:
            file.unlink()
