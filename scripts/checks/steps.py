# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The table of steps. Quick ones that need nothing come first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from checks import ctest, pytest
from checks.outcome import Row, StepFailed
from checks.results import read_junit
from checks.workspace import Workspace, fixed_addresses

CPP_FOLDERS = ("core", "backends", "daemon", "examples", "python", "tests")
PYTHON_PATHS = (
    "python",
    "tests",
    "examples",
    "scripts",
    "scripts/tidy",
    "scripts/chip-table",
    "scripts/count-tests",
)

TYPED_PATHS = (
    "tests/conftest.py",
    "tests/python",
    "tests/daemon",
    "tests/bench",
    "tests/e2e",
    "tests/tree",
    "examples",
    "scripts/callgrind",
    "scripts/run_checks.py",
    "scripts/benchmark",
    "scripts/conformance",
)
# Where these import from, besides the package.
TYPED_MODULES = ("python", "tests/support", "tests/tree", "scripts")

# What a guest's drivers, tools and life show of its queue, which here is a packed one.
PACKED_TESTS = (
    "tests/e2e/test_absent_chip.py",
    "tests/e2e/test_at24_driver.py",
    "tests/e2e/test_guest_life.py",
    "tests/e2e/test_i2c_tools.py",
    "tests/e2e/test_lm75_driver.py",
)


@dataclass(frozen=True)
class Step:
    """One step. `needs` are steps without which it cannot run; one whose tests merely fail will do."""

    name: str
    title: str
    run: Callable[[Workspace], Sequence[Row]]
    needs: tuple[str, ...] = ()
    quick: bool = True


def _format(workspace: Workspace) -> Sequence[Row]:
    files = workspace.files(("*.cpp", "*.hpp"), CPP_FOLDERS)
    cpp = workspace.status(
        ["clang-format", "--dry-run", "-Werror", *files],
        "clang-format",
        "clang-format (remedy: clang-format -i)",
    )
    ruff = workspace.tool("ruff")
    python = workspace.status(
        [ruff, "format", "--check", *PYTHON_PATHS],
        "ruff-format",
        "ruff format (remedy: build/venv/bin/ruff format)",
    )
    return [Row.check("format", cpp == python == 0, f"{len(files)} C++ files and all Python files")]


def _lint(workspace: Workspace) -> Sequence[Row]:
    status = workspace.status([workspace.tool("ruff"), "check", *PYTHON_PATHS], "ruff", "ruff check")
    return [Row.check("lint", status == 0, "ruff check")]


def _tree(workspace: Workspace) -> Sequence[Row]:
    return [pytest.run_pytest(workspace, "tree", "tests/tree")]


def _build(workspace: Workspace) -> Sequence[Row]:
    ctest.build(workspace, "dev")
    return [Row.check("build", True, "GCC, warnings as errors")]


def _unit(workspace: Workspace) -> Sequence[Row]:
    return [ctest.run_tests(workspace, "dev", "unit", "^unit$")]


def _contract(workspace: Workspace) -> Sequence[Row]:
    return [ctest.run_tests(workspace, "dev", "contract", "^contract$")]


def _fuzz(workspace: Workspace) -> Sequence[Row]:
    return [ctest.run_tests(workspace, "dev", "fuzz", "^fuzz$")]


def _package(workspace: Workspace) -> Sequence[Row]:
    workspace.run(["scripts/setup", "package"], "setup-package", "building the Python package")
    return [Row.check("package", True, "vhost_device")]


def _types(workspace: Workspace) -> Sequence[Row]:
    mypy = [workspace.python, "-m", "mypy", "--strict"]
    package = workspace.status(mypy, "mypy", "mypy --strict")
    rest = workspace.status(
        [*mypy, "--explicit-package-bases", *TYPED_PATHS],  # there is a conftest.py in several folders
        "mypy-tests",
        "mypy --strict on tests, examples and scripts",
        environment={"MYPYPATH": ":".join(TYPED_MODULES)},
    )
    return [Row.check("types", package == rest == 0, "mypy --strict")]


def _python(workspace: Workspace) -> Sequence[Row]:
    return [pytest.run_pytest(workspace, "python", "tests/python")]


def _daemon(workspace: Workspace) -> Sequence[Row]:
    return [pytest.run_pytest(workspace, "daemon", "tests/daemon")]


def _bench(workspace: Workspace) -> Sequence[Row]:
    return [pytest.run_pytest(workspace, "bench", "tests/bench")]


def _guest(workspace: Workspace) -> Sequence[Row]:
    stages = ["guest", "user-mode-linux"]
    workspace.run(["scripts/setup", *stages], "setup-guest", "building the Linux guests")
    return [Row.check("guest", True, "kernel, modules and programs; User Mode Linux")]


def _e2e(workspace: Workspace) -> Sequence[Row]:
    # Two at a time, each with guests of its own, which an emulated one keeps a processor busy with.
    options = ["--numprocesses=2", "--dist=loadgroup"]
    return [
        pytest.run_pytest(workspace, "e2e", "tests/e2e", options=options, slowest=10),
        pytest.run_pytest(workspace, "e2e-packed", *PACKED_TESTS, options=[*options, "--guest-packed"]),
    ]


def _wheel(workspace: Workspace) -> Sequence[Row]:
    results = workspace.logs / "wheel.xml"
    results.unlink(missing_ok=True)
    status = workspace.status(["scripts/test-wheel", str(results)], "wheel", "the wheel, away from the tree")
    if not results.exists():
        raise StepFailed(f"wheel: scripts/test-wheel ended with status {status}")
    return [read_junit(results, "wheel")]


def _asan(workspace: Workspace) -> Sequence[Row]:
    ctest.build(workspace, "asan")
    return [ctest.run_tests(workspace, "asan", "asan", "")]


def _tsan(workspace: Workspace) -> Sequence[Row]:
    launcher = fixed_addresses()
    ctest.build(workspace, "tsan", launcher=launcher)
    return [ctest.run_tests(workspace, "tsan", "tsan", "", launcher)]


def _tidy(workspace: Workspace) -> Sequence[Row]:
    status = workspace.status(["scripts/tidy"], "tidy", "clang-tidy")
    return [Row.check("tidy", status == 0, "clang-tidy")]


def _instructions(workspace: Workspace) -> Sequence[Row]:
    status = workspace.status(["scripts/instructions"], "instructions", "counting instructions")
    note = "instructions per transaction, against tests/bench/instructions.json"
    return [Row.check("instructions", status == 0, note)]


def _counts(workspace: Workspace) -> Sequence[Row]:
    status = workspace.status(["scripts/count-tests"], "counts", "comparing the README's counts")
    return [Row.check("counts", status == 0, "the README's numbers of tests")]


STEPS = (
    Step("format", "clang-format and ruff format change nothing", _format),
    Step("lint", "ruff check finds nothing", _lint),
    Step("build", "everything in C++ but the Python module, by GCC", _build),
    Step("unit", "tests/unit", _unit, needs=("build",)),
    Step("contract", "tests/contract", _contract, needs=("build",)),
    Step("fuzz", "the seeds of tests/fuzz, replayed", _fuzz, needs=("build",)),
    Step("package", "the Python package, in build/venv", _package),
    Step("tree", "tests/tree: rules that the tree itself keeps", _tree),
    Step("types", "mypy --strict finds nothing", _types, needs=("package",)),
    Step("python", "tests/python", _python, needs=("package",)),
    Step("daemon", "tests/daemon", _daemon, needs=("build", "package")),
    Step("bench", "tests/bench: the benchmark's answers are right", _bench, needs=("build", "package")),
    Step("guest", "the Linux guest and User Mode Linux", _guest, needs=("package",), quick=False),
    Step(
        "e2e",
        "tests/e2e with QEMU, some again with packed queues",
        _e2e,
        needs=("build", "package", "guest"),
        quick=False,
    ),
    Step("wheel", "the wheel, in an environment of its own", _wheel, needs=("package", "guest"), quick=False),
    Step("asan", "C++ tests under Clang's ASan and UBSan", _asan, quick=False),
    Step("tsan", "C++ tests under Clang's ThreadSanitizer", _tsan, quick=False),
    Step("tidy", "clang-tidy finds nothing", _tidy, needs=("build",), quick=False),
    Step("instructions", "no path takes more instructions than its baseline", _instructions, quick=False),
    Step("counts", "the README gives the numbers of tests", _counts, needs=("build", "package"), quick=False),
)


def choose(only: Sequence[str], *, quick: bool) -> list[Step]:
    """The steps asked for, with what they need, in the order of the table."""
    by_name = {step.name: step for step in STEPS}
    wanted: set[str] = set()
    waiting = list(only) or [step.name for step in STEPS if step.quick or not quick]
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting += by_name[name].needs
    return [step for step in STEPS if step.name in wanted]
