# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Builds a guest image in stages, each kept, so that a change repeats only what depends on it.

    downloads/        the packages' files
    content-KEY/      kernel, modules and programs, taken out of the packages or compiled
    image-KEY/        what QEMU is given: the same as one archive, with the scripts of this package
    current-KEY       a link to the newest image of these sources

A stage is made in a scratch folder and renamed when whole; one builder at a time holds the lock.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from vhost_device.guest import apt
from vhost_device.guest.errors import GuestBuildError
from vhost_device.guest.image import (
    ALIASES_FILE,
    INITRAMFS_FILE,
    KERNEL_FILE,
    MANIFEST_FILE,
    GuestImage,
    content_key,
    default_cache,
    find_image,
    image_key,
    link_name,
)
from vhost_device.guest.initramfs import build_initramfs
from vhost_device.guest.kernel import KernelPackages, build_modules, extract_sources, resolve_kernel
from vhost_device.guest.modules import ModuleDependencies
from vhost_device.guest.progress import run_tool, say
from vhost_device.guest.prune import prune
from vhost_device.guest.recipe import (
    HOST_TOOLS,
    IN_TREE_MODULES,
    OUT_OF_TREE_MODULES,
    TOOLS,
    USERLAND_PACKAGES,
)
from vhost_device.guest.userland import busybox_applets, required_files, without_applets
from vhost_device.guest.vmlinux import extract_vmlinux

_BUSYBOX = "bin/busybox"
_SCRATCH_PREFIX = "tmp-"
_UNPACK_LIMIT_S = 300.0
_DEPMOD_LIMIT_S = 120.0


def build_image(
    cache: Path | None = None, modules: Sequence[str] = (), *, force: bool = False, update: bool = False
) -> GuestImage:
    """Returns the image of the present sources, building what is missing of it.

    `modules` are in-tree modules wanted besides the recipe's. `update` looks for newer packages even if
    an image is there; `force` also makes every stage but the downloads again. GuestBuildError says what
    failed and what helps.
    """
    folder = (cache or default_cache()).absolute()
    if not (force or update):
        with contextlib.suppress(GuestBuildError):
            return find_image(folder, modules)
    _check_tools()
    folder.mkdir(parents=True, exist_ok=True)
    with _lock(folder):
        if not (force or update):
            # Whoever held the lock may have built it.
            with contextlib.suppress(GuestBuildError):
                return find_image(folder, modules)
        for leftover in folder.glob(f"{_SCRATCH_PREFIX}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        return _build(folder, modules, force)


def _build(folder: Path, modules: Sequence[str], force: bool) -> GuestImage:
    say("looking for the newest kernel")
    kernel = resolve_kernel()
    packages = [*kernel.all, *apt.show(USERLAND_PACKAGES).values()]
    versions = {package.name: package.version for package in packages}
    key = content_key((f"{name}={version}" for name, version in versions.items()), modules)
    content, image = folder / f"content-{key}", folder / f"image-{image_key(key)}"
    if force or not content.is_dir():
        files = apt.download(packages, folder / "downloads")
        with _stage(folder, content) as target:
            _make_content(kernel, files, modules, target)
    if force or not image.is_dir():
        say("writing the guest's root file system")
        with _stage(folder, image) as target:
            _make_image(content, target)
            manifest = {
                "kernel": kernel.release,
                "modules": list(modules),
                "packages": versions,
                "content": content.name,
                "files": [package.file_name for package in packages],
            }
            (target / MANIFEST_FILE).write_text(json.dumps(manifest, indent=2) + "\n")
    _point(folder / link_name(modules), image)
    prune(folder)
    say(f"built: Linux {kernel.release} in {image}")
    return GuestImage(image)


def _make_content(kernel: KernelPackages, files: dict[str, Path], extra: Sequence[str], target: Path) -> None:
    scratch = target.with_name(target.name + "-work")
    tree, sources = scratch / "tree", scratch / "sources"
    try:
        say(f"unpacking Linux {kernel.release}")
        for package in (kernel.image, *kernel.headers):
            _unpack(files[package.name], tree)
        userland = scratch / "userland"
        for name in USERLAND_PACKAGES:
            _unpack(files[name], userland)
        say("taking drivers out of the kernel's source package")
        wanted = sorted({source for m in OUT_OF_TREE_MODULES if not m.ours for source in m.sources})
        extract_sources(files[kernel.source.name], wanted, sources)
        built = build_modules(OUT_OF_TREE_MODULES, sources, tree, kernel.release, scratch / "modules")
        _select_modules(tree, kernel.release, built, extra, target / "root")
        _select_programs(userland, target / "root")
        _convert_kernel(tree / "boot" / f"vmlinuz-{kernel.release}", target / KERNEL_FILE)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _make_image(content: Path, target: Path) -> None:
    root = content / "root"
    archive = build_initramfs(root, busybox_applets(root / _BUSYBOX))
    (target / INITRAMFS_FILE).write_bytes(archive)
    os.link(content / KERNEL_FILE, target / KERNEL_FILE)
    (aliases,) = root.glob(f"lib/modules/*/{ALIASES_FILE}")
    shutil.copyfile(aliases, target / ALIASES_FILE)


def _select_modules(
    tree: Path, release: str, built: Sequence[Path], extra: Sequence[str], root: Path
) -> None:
    """Copies the wanted modules and all they need, and writes their tables."""
    say("choosing the guest's modules")
    source, target = (base / "lib" / "modules" / release for base in (tree, root))
    if not source.is_dir():
        source = tree / "usr" / "lib" / "modules" / release
        (tree / "lib").symlink_to("usr/lib")
    (source / "extra").mkdir()
    for module in built:
        shutil.copyfile(module, source / "extra" / module.name)
    _depmod(tree, release)
    dependencies = ModuleDependencies((source / "modules.dep").read_text())
    out_of_tree = [module.name for module in OUT_OF_TREE_MODULES]
    for path in dependencies.closure([*IN_TREE_MODULES, *extra, *out_of_tree]):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / path, target / path)
    for name in ("modules.builtin", "modules.order"):
        shutil.copyfile(source / name, target / name)
    _depmod(root, release)
    for unused in target.glob("modules.*.bin"):
        unused.unlink()


def _select_programs(userland: Path, root: Path) -> None:
    files = required_files(userland, (*TOOLS, _BUSYBOX))
    files[_BUSYBOX] = without_applets(files[_BUSYBOX], [Path(tool).name for tool in TOOLS])
    for guest_path, content in files.items():
        path = root / guest_path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o755)


def _convert_kernel(vmlinuz: Path, target: Path) -> None:
    image = vmlinuz.read_bytes()
    target.write_bytes(extract_vmlinux(image) or image)


def _unpack(package: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    run_tool(
        ["dpkg-deb", "-x", str(package), str(target)],
        purpose=f"unpacking {package.name}",
        limit_s=_UNPACK_LIMIT_S,
        remedy=f"if the file is damaged, delete {package} and try again",
    )


def _depmod(root: Path, release: str) -> None:
    run_tool(
        ["depmod", "-b", str(root), release],
        purpose="writing the modules' tables",
        limit_s=_DEPMOD_LIMIT_S,
        env={**os.environ, "PATH": _path_with_sbin()},
    )


def _check_tools() -> None:
    path = _path_with_sbin()
    missing = [tool for tool in HOST_TOOLS if shutil.which(tool, path=path) is None]
    if missing:
        packages = " ".join(sorted({HOST_TOOLS[tool] for tool in missing}))
        raise GuestBuildError(
            f"building the guest needs {', '.join(missing)}: run 'apt-get install {packages}' as root"
        )


def _path_with_sbin() -> str:
    """A user's PATH lacks the folders where Debian puts depmod."""
    return os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))


@contextlib.contextmanager
def _stage(folder: Path, target: Path) -> Iterator[Path]:
    """A scratch folder that becomes `target` when the block ends well, and is gone when it does not."""
    scratch = Path(tempfile.mkdtemp(prefix=_SCRATCH_PREFIX, dir=folder))
    try:
        yield scratch
        scratch.chmod(0o755)
        if target.exists():
            target.rename(scratch.with_name(f"{scratch.name}-old"))
        scratch.rename(target)
    finally:
        for leftover in folder.glob(f"{scratch.name}*"):
            shutil.rmtree(leftover, ignore_errors=True)


@contextlib.contextmanager
def _lock(folder: Path) -> Iterator[None]:
    path = folder / "lock"
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for another build that holds {path}")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _point(link: Path, image: Path) -> None:
    """Makes `link` lead to `image`, with no moment at which it leads nowhere."""
    scratch = link.with_name(f"{_SCRATCH_PREFIX}{link.name}")
    scratch.unlink(missing_ok=True)
    scratch.symlink_to(image.name)
    scratch.replace(link)
