# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Prints what pyproject.toml requires, one a line: `build` for building the package and using it, `test`
for that and the tests, `bench` for that and the plots of the benchmark.
"""

import sys
from pathlib import Path

try:
    import tomllib
except ModuleNotFoundError:  # before Python 3.11
    from pip._vendor import tomli as tomllib  # type: ignore[no-redef]

EXTRAS = {"build": (), "test": ("dev",), "bench": ("bench",)}


def requirements(group: str, pyproject: Path) -> list[str]:
    described = tomllib.loads(pyproject.read_text())
    project = described["project"]
    found = [*described["build-system"]["requires"], *project.get("dependencies", [])]
    for extra in EXTRAS[group]:
        found += project["optional-dependencies"][extra]
    return sorted(set(found))


if __name__ == "__main__":
    print("\n".join(requirements(sys.argv[1], Path(sys.argv[2]))))
