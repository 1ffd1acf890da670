# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The state of a whole board, as something that JSON can have: what Bus.snapshot() returns.

    before = bus.snapshot()
    ...                         # a guest writes configurations and memories
    bus.restore(before)         # and nothing of it is left

docs/SNAPSHOT.md has the format.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union, cast

from vhost_device import _core
from vhost_device._core import Device
from vhost_device._snapshot_values import script_from_json, script_to_json, state_from_json, state_to_json
from vhost_device.errors import SnapshotError

if TYPE_CHECKING:
    from vhost_device.sim import Bus

__all__ = ["FORMAT", "VERSION", "Snapshot", "SnapshotError", "load", "restore", "save", "take"]

FORMAT = "vhost-device board snapshot"
VERSION = 1

Snapshot = dict[str, Any]
PathLike = Union[str, "os.PathLike[str]"]


def take(bus: Bus) -> Snapshot:
    """The state of all chips of a bus at one moment, in which no transaction is under way."""
    return cast(Snapshot, _core.hold(bus, lambda: _take(bus)))


def save(snapshot: Snapshot, path: PathLike) -> None:
    """Writes a snapshot as a text that is easy to read and to compare; the file is whole or not there."""
    text = json.dumps(snapshot, indent=2, ensure_ascii=False) + "\n"
    target = Path(path)
    new = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        new.write_text(text, encoding="utf-8")
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)


def load(path: PathLike) -> Snapshot:
    """Reads what save() wrote. SnapshotError if the file is none of that."""
    try:
        snapshot = json.loads(Path(path).read_text(encoding="utf-8"))
        _chips(snapshot)
    except OSError as error:
        raise SnapshotError(f"{os.fspath(path)}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise SnapshotError(f"{os.fspath(path)}: not JSON: {error}") from error
    except SnapshotError as error:
        raise SnapshotError(f"{os.fspath(path)}: {error}") from error
    loaded: Snapshot = snapshot
    return loaded


def restore(bus: Bus, snapshot: Mapping[str, Any] | PathLike) -> None:
    """Brings every chip of a bus to its state in a snapshot: all of them, or with SnapshotError none."""
    wanted = _chips(snapshot if isinstance(snapshot, Mapping) else load(snapshot))
    _core.hold(bus, lambda: _restore(bus, wanted))


# ---- with the bus held


def _take(bus: Bus) -> Snapshot:
    chips = {}
    for path, chip in bus.all_devices.items():
        chips[path] = {**_identity(chip), **_state(path, chip)}
    return {"format": FORMAT, "version": VERSION, "time_s": bus.clock.now, "chips": chips}


def _identity(chip: Device) -> dict[str, Any]:
    return {
        "part": chip.name,
        "class": type(chip).__name__,
        "addresses": [str(address) for address in chip.addresses],
    }


def _state(path: str, chip: Device) -> dict[str, Any]:
    state: dict[str, Any] = {"state": state_to_json(_core.get_state(chip))}
    if _is_scripted(path, chip):
        with _errors_of(f"{path}: get_state()"):
            state["script"] = script_to_json(chip.get_state(), "state")  # type: ignore[attr-defined]
    return state


def _restore(bus: Bus, wanted: Mapping[str, Any]) -> None:
    present = bus.all_devices
    for what, paths in (
        ("no chip on the bus", [path for path in wanted if path not in present]),
        ("not in the snapshot", [path for path in present if path not in wanted]),
    ):
        if paths:
            more = f" and {len(paths) - 10} more" if len(paths) > 10 else ""
            raise SnapshotError(f"{', '.join(paths[:10])}{more}: {what}")
    for path, chip in present.items():
        _check_identity(path, chip, wanted[path])
    before = []
    try:
        for path, chip in present.items():
            before.append((path, chip, _state(path, chip)))
            _bring(path, chip, wanted[path])
    except BaseException:
        for path, chip, state in reversed(before):
            with contextlib.suppress(Exception):
                _bring(path, chip, state)
        raise
    for chip in present.values():
        _core.keep_state(chip)


def _check_identity(path: str, chip: Device, wanted: Mapping[str, Any]) -> None:
    present = _identity(chip)
    for name in ("part", "addresses"):
        if wanted.get(name) != present[name]:
            raise SnapshotError(f"{path}: {name}: {wanted.get(name)!r} (expected {present[name]!r})")


def _bring(path: str, chip: Device, wanted: Mapping[str, Any]) -> None:
    is_scripted = _is_scripted(path, chip)
    if is_scripted != ("script" in wanted):
        has = "has" if is_scripted else "has no"
        raise SnapshotError(f"{path}: script: {type(chip).__name__} {has} get_state() and set_state()")
    with _errors_of(path):
        _core.load_state(chip, state_from_json(wanted["state"]))
    if is_scripted:
        with _errors_of(f"{path}: set_state()"):
            chip.set_state(script_from_json(wanted["script"], "state"))  # type: ignore[attr-defined]


def _is_scripted(path: str, chip: Device) -> bool:
    has_both = [callable(getattr(type(chip), name, None)) for name in ("get_state", "set_state")]
    if any(has_both) != all(has_both):
        raise SnapshotError(f"{path}: {type(chip).__name__} has one of get_state() and set_state(), not both")
    return all(has_both)


@contextlib.contextmanager
def _errors_of(what: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        plain = isinstance(error, (ValueError, TypeError))
        raise SnapshotError(
            f"{what}: {error}" if plain else f"{what}: {type(error).__name__}: {error}"
        ) from error


# ---- what it looks like


def _chips(snapshot: Any) -> Mapping[str, Any]:
    if not isinstance(snapshot, Mapping) or snapshot.get("format") != FORMAT:
        raise SnapshotError(f"no snapshot: expected format {FORMAT!r}")
    if snapshot.get("version") != VERSION:
        raise SnapshotError(f"version {snapshot.get('version')!r}: expected {VERSION}")
    chips = snapshot.get("chips")
    if not isinstance(chips, Mapping):
        raise SnapshotError("chips: expected the chips by where they are")
    for path, chip in chips.items():
        if not isinstance(chip, Mapping) or not isinstance(chip.get("state"), Mapping):
            raise SnapshotError(f"{path}: expected part, addresses and state")
    return chips
