# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The command line: build, path, shell, run."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from vhost_device.guest.build import build_image
from vhost_device.guest.errors import GuestError
from vhost_device.guest.image import GuestImage, default_cache, find_image
from vhost_device.guest.linux_guest import BOOT_TIMEOUT_S, COMMAND_TIMEOUT_S, LinuxGuest

_FAILED = 125  # what env, timeout and docker use for a failure of their own
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the process's exit status; `run` gives that of the guest's command."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.action(options)
        return status
    except (GuestError, ValueError, OSError) as error:
        print(f"guest: {error}", file=sys.stderr)
        return _FAILED
    except KeyboardInterrupt:
        print("guest: interrupted", file=sys.stderr)
        return _INTERRUPTED


def _build(options: argparse.Namespace) -> int:
    image = build_image(options.cache, options.modules, force=options.force, update=options.update)
    if options.print_path:
        print(image.directory)
    return 0


def _path(options: argparse.Namespace) -> int:
    print(find_image(options.cache, options.modules).directory)
    return 0


def _shell(options: argparse.Namespace) -> int:
    with _guest(options) as guest:
        return guest.interact()


def _run(options: argparse.Namespace) -> int:
    words: list[str] = options.command
    if words[:1] == ["--"]:
        words = words[1:]
    if not words:
        raise ValueError("run: no command was given; put it after '--'")
    # One word is a shell command as it stands; several are a program and its arguments.
    command = words[0] if len(words) == 1 else shlex.join(words)
    with _guest(options) as guest:
        result = guest.run(command, timeout=options.timeout)
    sys.stdout.buffer.write(result.stdout)
    sys.stderr.buffer.write(result.stderr)
    return result.status


def _guest(options: argparse.Namespace) -> LinuxGuest:
    image: GuestImage = build_image(options.cache, options.modules)
    return LinuxGuest(
        options.socket,
        image=image,
        accel=options.accel,
        memory_mib=options.memory,
        qemu=options.qemu,
        boot_timeout=options.boot_timeout,
        console_log=options.console_log,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m vhost_device.guest", description=__doc__)
    actions = parser.add_subparsers(metavar="ACTION", required=True)

    image = argparse.ArgumentParser(add_help=False)
    image.add_argument(
        "--cache", type=Path, help=f"where images and downloads are kept (default: {default_cache()})"
    )
    image.add_argument(
        "--modules",
        type=lambda text: [name for name in text.split(",") if name],
        default=[],
        metavar="NAME,...",
        help="more of Debian's kernel modules to include",
    )

    machine = argparse.ArgumentParser(add_help=False)
    machine.add_argument(
        "--socket",
        action="append",
        default=[],
        metavar="PATH",
        help="a vhost-user socket that becomes one I2C bus; may be given several times",
    )
    machine.add_argument("--accel", choices=("tcg", "kvm", "auto"), default="tcg")
    machine.add_argument("--memory", type=int, default=256, metavar="MIB")
    machine.add_argument("--qemu", default="qemu-system-x86_64", metavar="PROGRAM")
    machine.add_argument("--boot-timeout", type=float, default=BOOT_TIMEOUT_S, metavar="SECONDS")
    machine.add_argument("--console-log", type=Path, metavar="FILE", help="gets the guest's console")

    build = actions.add_parser("build", parents=[image], help="build the guest, if it is not there")
    build.add_argument("--force", action="store_true", help="make everything again but the downloads")
    build.add_argument("--update", action="store_true", help="look for newer packages")
    build.add_argument("--print", dest="print_path", action="store_true", help="print the image's folder")
    build.set_defaults(action=_build)

    path = actions.add_parser("path", parents=[image], help="print the folder of the image built before")
    path.set_defaults(action=_path)

    shell = actions.add_parser("shell", parents=[image, machine], help="a shell in a guest")
    shell.set_defaults(action=_shell)

    run = actions.add_parser("run", parents=[image, machine], help="run one command in a guest")
    run.add_argument("--timeout", type=float, default=COMMAND_TIMEOUT_S, metavar="SECONDS")
    run.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND")
    run.set_defaults(action=_run)
    return parser
