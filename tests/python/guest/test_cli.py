# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The command line, as far as it goes without a guest."""

from __future__ import annotations

from pathlib import Path

import pytest

from vhost_device.guest.cli import main


def test_path_without_an_image_says_how_to_build_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["path", "--cache", str(tmp_path)])
    assert status == 125
    assert f"run 'python -m vhost_device.guest build --cache {tmp_path}'" in capsys.readouterr().err


def test_run_without_a_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--"]) == 125
    assert "no command was given" in capsys.readouterr().err


def test_unknown_action_is_a_usage_error() -> None:
    with pytest.raises(SystemExit) as caught:
        main(["fly"])
    assert caught.value.code == 2
