# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Reads the tables that depmod writes: which module needs which, and which one drives what."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Iterable
from pathlib import PurePosixPath

from vhost_device.guest.errors import GuestBuildError, GuestError


def module_name(path: str) -> str:
    """The kernel's name of a module file: '-' and '_' are the same to it."""
    return PurePosixPath(path).name.split(".ko")[0].replace("-", "_")


class ModuleDependencies:
    """modules.dep: one line per module file, with every file that must be loaded before it."""

    def __init__(self, text: str) -> None:
        self._paths: dict[str, str] = {}
        self._needs: dict[str, list[str]] = {}
        for line in text.splitlines():
            path, separator, needs = line.partition(":")
            if separator:
                self._paths[module_name(path)] = path
                self._needs[path] = needs.split()

    def closure(self, names: Iterable[str]) -> list[str]:
        """The files of the named modules and of all they need, sorted."""
        files: set[str] = set()
        for name in names:
            path = self._paths.get(module_name(name))
            if path is None:
                near = difflib.get_close_matches(module_name(name), self._paths, n=3)
                hint = f"; near it: {', '.join(near)}" if near else ""
                raise GuestBuildError(f"module {name!r} is not among the kernel's modules{hint}")
            files.add(path)
            files.update(self._needs[path])
        return sorted(files)


class ModuleAliases:
    """modules.alias: patterns such as `i2c:lm75` and the module that serves them."""

    def __init__(self, text: str) -> None:
        self._exact: dict[str, str] = {}
        self._patterns: list[tuple[str, str]] = []
        for line in text.splitlines():
            fields = line.split()
            if len(fields) != 3 or fields[0] != "alias":
                continue
            _, pattern, module = fields
            if any(mark in pattern for mark in "*?["):
                self._patterns.append((pattern, module))
            else:
                self._exact.setdefault(pattern, module)

    def module_for(self, alias: str) -> str | None:
        """The module that serves `alias`, or None."""
        exact = self._exact.get(alias)
        if exact is not None:
            return exact
        return next(
            (module for pattern, module in self._patterns if fnmatch.fnmatchcase(alias, pattern)), None
        )

    def module_for_i2c(self, chip: str) -> str:
        """The module that drives an I2C chip of this name ("24c32" gives "at24")."""
        module = self.module_for(f"i2c:{chip}")
        if module is None:
            known = [alias[len("i2c:") :] for alias in self._exact if alias.startswith("i2c:")]
            near = difflib.get_close_matches(chip, known, n=3)
            hint = f"; near it: {', '.join(near)}" if near else ""
            raise GuestError(
                f"no module in the guest drives an I2C chip named {chip!r}{hint}"
                " (more modules: python -m vhost_device.guest build --modules NAME)"
            )
        return module
