# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Building: keys, the cache, and errors that say what helps."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from vhost_device.guest import apt, build, image
from vhost_device.guest.errors import GuestBuildError
from vhost_device.guest.prune import KEPT_IMAGES, prune
from vhost_device.guest.userland import without_applets

RECORDS = """\
Package: busybox-static
Version: 1:1.35.0-4
Architecture: amd64
Depends: libc6 (>= 2.36), awk | mawk,
 more
Size: 12
SHA256: abc
Description: Standalone rescue shell
 Package: not-this

Package: busybox-static
Version: 0.1
"""


def make_image(cache: Path, number: int, content: str) -> Path:
    folder = cache / f"image-{number}"
    folder.mkdir(parents=True)
    (folder / image.MANIFEST_FILE).write_text(json.dumps({"content": content, "files": [f"{number}.deb"]}))
    os.utime(folder, (number, number))
    (cache / f"current-{number}").symlink_to(folder.name)
    (cache / content).mkdir(exist_ok=True)
    (cache / "downloads").mkdir(exist_ok=True)
    (cache / "downloads" / f"{number}.deb").touch()
    return folder


def test_record_is_parsed_and_the_first_version_counts() -> None:
    package = apt.parse_records(RECORDS)["busybox-static"]
    assert (package.version, package.size, package.sha256) == ("1:1.35.0-4", 12, "abc")
    assert package.depends[:2] == ("libc6", "awk")
    assert package.file_name == "busybox-static_1%3a1.35.0-4_amd64.deb"


def test_content_key_depends_on_versions_and_modules_but_not_their_order() -> None:
    key = image.content_key(["a=1", "b=2"], ["x", "y"])
    assert key == image.content_key(["b=2", "a=1"], ["y", "x"])
    assert (
        len({key, image.content_key(["a=1", "b=3"], ["x", "y"]), image.content_key(["a=1", "b=2"], ["x"])})
        == 3
    )


def test_digest_of_different_lists_differs_even_if_joined_alike() -> None:
    assert image.digest(["ab", "c"]) != image.digest(["a", "bc"])


def test_every_source_named_in_the_keys_exists() -> None:
    assert image.link_name([]).startswith("current-")
    assert image.image_key("content") != image.image_key("other")


def test_default_cache_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert image.default_cache() == Path("/somewhere/vhost-device/guest")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/me")
    assert image.default_cache() == Path("/home/me/.cache/vhost-device/guest")


def test_missing_image_names_the_folder_and_the_command(tmp_path: Path) -> None:
    with pytest.raises(GuestBuildError, match=rf"no guest image in {tmp_path}: run '.* build --modules lm80"):
        image.find_image(tmp_path, ["lm80"])


def test_missing_tools_are_named_with_the_command_that_installs_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "HOST_TOOLS", {"no-such-tool": "some-package", "sh": "dash"})
    with pytest.raises(
        GuestBuildError, match="needs no-such-tool: run 'apt-get install some-package' as root"
    ):
        build.build_image(tmp_path)


def test_built_image_is_used_without_looking_further(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_image(tmp_path, 1, "content-a")
    (tmp_path / image.link_name([])).symlink_to(folder.name)
    monkeypatch.setattr(build, "resolve_kernel", lambda: pytest.fail("looked for a kernel"))
    assert build.build_image(tmp_path).directory == folder


def test_unwanted_applets_are_renamed_where_they_stand() -> None:
    table = b"ELF\0hwclock\0i2cget\0i2cset\0id\0"
    changed = without_applets(table, ["i2cget", "i2cset"])
    assert changed == b"ELF\0hwclock\0i2-get\0i2-set\0id\0"


def test_unwanted_applets_that_are_not_there_are_an_error() -> None:
    with pytest.raises(GuestBuildError, match="does not have i2cget, i2cset in a row"):
        without_applets(b"\0i2cset\0i2cget\0", ["i2cget", "i2cset"])


def test_prune_keeps_the_newest_images_and_what_they_need(tmp_path: Path) -> None:
    count = KEPT_IMAGES + 2
    for number in range(count):
        make_image(tmp_path, number, "content-shared" if number else "content-old")
    prune(tmp_path)
    kept = range(2, count)
    assert {p.name for p in tmp_path.iterdir()} == {
        "content-shared",
        "downloads",
        *(f"image-{n}" for n in kept),
        *(f"current-{n}" for n in kept),
    }
    assert {p.name for p in (tmp_path / "downloads").iterdir()} == {f"{n}.deb" for n in kept}
