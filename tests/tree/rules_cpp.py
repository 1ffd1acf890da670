# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Rules for C++: which layer may include which, and how tests are named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tree import File, Finding

# Each layer and those that it may include, besides itself. DESIGN: virtio <- vhost_user <- io;
# virtio <- i2c; backends -> i2c's seam; nothing includes an executable, the Python module, or a test.
LAYERS = {
    "core/support": (),
    "core/virtio": ("core/support",),
    "core/vhost_user": ("core/support", "core/virtio"),
    "core/io": ("core/support", "core/virtio", "core/vhost_user"),
    "core/i2c": ("core/support", "core/virtio"),
    "backends/linux": ("core/support", "core/i2c"),
    "backends/sim/bus": ("core/support", "core/i2c"),
    "backends/sim/registers": ("core/support", "core/i2c", "backends/sim/bus"),
    "backends/sim/devices": ("core/support", "core/i2c", "backends/sim/bus", "backends/sim/registers"),
    "backends/sim/board": ("core/support", "core/i2c", "backends/sim/bus", "backends/sim/devices"),
    "daemon": ("core", "backends"),
    "python/src": ("core", "backends"),
    "examples/chips": ("core/support", "core/i2c", "backends/sim"),
    "tests": ("core", "backends", "daemon", "examples/chips"),
}
# What a backend may not use of core/i2c: the guest's side of it.
NO_SEAM = ("core/i2c/virtio_i2c", "core/i2c/request_group")
ASIO_FOLDER = "core/io"

_INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"(?P<own>[^"]+)"|<(?P<other>[^>]+)>)')
_TEST = re.compile(r"^(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)")
_TEST_NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")
_TEST_BROKEN_LINE = re.compile(r"^(?:TYPED_)?TEST(?:_F|_P)?\([^)]*$")


def layer_of(path: str) -> str | None:
    """The layer that a file belongs to."""
    return next((layer for layer in LAYERS if path.startswith(f"{layer}/")), None)


def include_direction(files: Iterable[File]) -> Iterator[Finding]:
    for file, line, included in _own_includes(files):
        layer, target = layer_of(file.path), layer_of(included)
        if layer is None:
            yield Finding(file.path, line, "this folder is no known layer", "add it to LAYERS in tests/tree")
            continue
        allowed = (layer, *LAYERS[layer])
        if not any(included.startswith(f"{folder}/") for folder in allowed):
            remedy = f"{layer} may include {', '.join(allowed)} only (docs/ARCHITECTURE.md, 'Layers')"
            yield Finding(file.path, line, f"{layer} includes {target or 'no layer'}: {included}", remedy)
        elif layer.startswith("backends/") and included.startswith(NO_SEAM):
            remedy = "a backend knows Adapter and what it needs, nothing of the guest"
            yield Finding(file.path, line, f"{layer} includes more than the seam: {included}", remedy)


def includes_are_rooted(files: Iterable[File]) -> Iterator[Finding]:
    known = {file.path for file in files}
    for file, line, included in _own_includes(files):
        if included not in known:
            remedy = "write the path from the root of the tree"
            yield Finding(file.path, line, f'"{included}" is no file of the tree', remedy)


def asio_stays_in_io(files: Iterable[File]) -> Iterator[Finding]:
    for file in _cpp(files):
        if file.folder == ASIO_FOLDER or not file.path.startswith(
            ("core/", "backends/", "daemon/", "python/")
        ):
            continue
        for line, text in file.lines():
            match = _INCLUDE.match(text)
            if match and (match["other"] or "").startswith("boost/asio"):
                yield Finding(file.path, line, f"includes {match['other']}", f"only {ASIO_FOLDER} does I/O")


def tests_say_condition_and_outcome(files: Iterable[File]) -> Iterator[Finding]:
    remedy = "name it TEST(Subject, condition_outcome), in lower case with underscores"
    for file in _cpp(files):
        for line, text in file.lines():
            match = _TEST.match(text)
            if match and not _TEST_NAME.fullmatch(match[2]):
                yield Finding(file.path, line, f"the test {match[2]} does not say when and what", remedy)


def sources_are_built(files: Iterable[File]) -> Iterator[Finding]:
    files = tuple(files)
    builds = {file.folder: file.text for file in files if file.path.endswith("CMakeLists.txt")}
    for file in files:
        if file.suffix != ".cpp":
            continue
        name = file.path.rsplit("/", 1)[-1]
        # python/src is built by the file above it.
        above = file.folder.rsplit("/", 1)[0]
        if not any(_builds(builds.get(folder, ""), name) for folder in (file.folder, above)):
            remedy = "add it to the CMakeLists.txt of its folder, or remove it"
            yield Finding(file.path, 1, "is built by nothing", remedy)


def _builds(recipe: str, name: str) -> bool:
    """Whether a CMakeLists.txt names a source, or takes every one that there is."""
    if re.search(r"\bfile\(GLOB\b.*\*\.cpp", recipe):
        return True
    return re.search(rf"(?<![\w.]){re.escape(name)}\b", recipe) is not None


def _cpp(files: Iterable[File]) -> Iterator[File]:
    return (file for file in files if file.suffix in (".cpp", ".hpp"))


def _own_includes(files: Iterable[File]) -> Iterator[tuple[File, int, str]]:
    for file in _cpp(files):
        for line, text in file.lines():
            match = _INCLUDE.match(text)
            if match and match["own"]:
                yield file, line, match["own"]
