"""Rebuilds the distributions and the tables that the tests use.

    python -m pip install build setuptools hatchling flit_core poetry-core wheel packaging
    python tasks/build_fixtures.py

The distributions are real ones, made by each project's own back end. The
tables say how `packaging`, which PyPI runs, reads versions, specifiers and the
metadata of those distributions.
"""

import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from importlib.metadata import version as installed
from pathlib import Path

from packaging.metadata import parse_email
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
DEMO = ROOT / "examples" / "demo"

# One project as its authors would build it on several machines.
PLATFORMS = [
    "manylinux_2_17_x86_64.manylinux2014_x86_64",
    "musllinux_1_2_aarch64",
    "macosx_11_0_arm64",
    "win_amd64",
]

# A day on which nothing happened, so that rebuilding changes little.
ENV = {**os.environ, "SOURCE_DATE_EPOCH": "1767225600", "PYTHONHASHSEED": "0"}


def build(project: Path, out: Path) -> None:
    """Builds the wheel and the sdist of a project from a copy of it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / project.name
        shutil.copytree(project, copy, ignore=shutil.ignore_patterns("dist"))
        run("-m", "build", "--no-isolation", "--outdir", out, copy)


def run(*args: object) -> None:
    command = [sys.executable, *map(str, args)]
    subprocess.run(command, check=True, env=ENV, stdout=subprocess.DEVNULL)


def build_distributions(out: Path) -> None:
    shutil.rmtree(out, ignore_errors=True)
    for project in sorted((FIXTURES / "projects").iterdir()):
        build(project, out / project.name)
    folder = out / "swift_path"
    [pure] = folder.glob("*.whl")
    for platform in PLATFORMS:
        run("-m", "wheel", "tags", "--python-tag", "cp312", "--abi-tag", "cp312",
            "--platform-tag", platform, pure)
    [windows] = folder.glob("*win_amd64.whl")
    run("-m", "wheel", "tags", "--build", "1", "--remove", windows)
    pure.unlink()

    shutil.rmtree(DEMO / "dist", ignore_errors=True)
    build(DEMO, DEMO / "dist")


def metadata_of(path: Path) -> bytes:
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            [name] = [n for n in wheel.namelist() if n.endswith(".dist-info/METADATA")]
            return wheel.read(name)
    with tarfile.open(path) as sdist:
        [name] = [
            n for n in sdist.getnames() if n.count("/") == 1 and n.endswith("/PKG-INFO")
        ]
        return sdist.extractfile(name).read()


def metadata_table(folder: Path) -> dict:
    table = {}
    for path in sorted(folder.rglob("*")):
        if path.name.endswith((".whl", ".tar.gz")):
            raw, unparsed = parse_email(metadata_of(path))
            assert not unparsed, (path, unparsed)
            table[path.relative_to(folder).as_posix()] = dict(sorted(raw.items()))
    return table


def spellings() -> list[str]:
    """Versions in all the ways that people write them, and some that are none."""
    suffixes = [
        "", "a1", ".Alpha-01", "-beta.2", "b", "c0", "rc3", "-preview_4", ".pre",
        "-1", ".post", "-r2", ".rev03", "_post.4", ".dev", "-dev_5", "DEV6",
        "a1.dev2", "rc1.post2.dev3", ".post1.dev4",
    ]
    heads = ["1.0", "v1", "0!2.0", "3!1.0.0", "2026.01.31"]
    local = ["+cpu", "+CU.12-1_a", "+1e5", "+0x10", "+007.x", "+g0012"]
    odd = [
        "", "dog", "1.0.", ".1", "1..0", "1.0+", "1.0+a..b", "1.0-", "1.0a.b", "1.x",
        "1.0 a1", "!1.0", "1!", " 1.0 ", "\t1.0\n", "vv1.0", "1.0--1", "1_0", "٣.1",
        "1.0.poſt1", "1.0.20240131123456123456", "99999999999999999999999.1",
        "1.0.dev20240131123456123456", "1" * 200,
    ]
    return [h + s for h, s in itertools.product(heads, suffixes)] + [
        "1.0" + s for s in local] + odd


def version_table() -> dict:
    versions = {}
    for text in spellings():
        try:
            version = Version(text)
        except InvalidVersion:
            versions[text] = None
        else:
            versions[text] = [
                str(version),
                version.is_prerelease,
                version.is_devrelease,
                version.local is not None,
            ]
    valid = [text for text, answer in versions.items() if answer]
    in_order = sorted(valid, key=lambda text: (Version(text), text))
    # Neighbours are the hard ones to compare; a few others keep them honest.
    pairs = list(itertools.pairwise(in_order))
    shuffled = random.Random(440).sample(valid, len(valid))
    pairs += itertools.pairwise(shuffled)
    return {
        "versions": versions,
        "order": [
            [a, b, (Version(a) > Version(b)) - (Version(a) < Version(b))]
            for a, b in pairs
        ],
        "specifiers": {text: is_specifier(text) for text in specifiers()},
    }


def specifiers() -> list[str]:
    operators = ["==", "!=", "<=", ">=", "<", ">", "~=", "===", "=", ""]
    versions = [
        "1", "1.0", " 3.9", "1.*", "1.0a1", "1.0a1.*", "1.0+cpu", "1.0.dev1", "1!2",
        "1.0-1", "3.x", "dog", "",
    ]
    sets = [
        "", ",", ">=3.9,", ", >=3.9", ">=3.9,<4", ">=3.9 , !=3.10.*", ">=3.9 <4",
        ">=3.9;", "^3.9", ">=3.9, dog", "=> 3.9", ">= v3.9",
    ]
    return [o + v for o, v in itertools.product(operators, versions)] + sets


def is_specifier(text: str) -> bool:
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        return False
    return True


def write(name: str, tables: dict) -> None:
    """Writes tables as JSON, one row a line."""
    blocks = [f'"packaging": {json.dumps(installed("packaging"))}']
    for title, table in tables.items():
        if isinstance(table, dict):
            rows = [f"{dump(key)}: {dump(value)}" for key, value in table.items()]
            left, right = "{}"
        else:
            rows = [dump(row) for row in table]
            left, right = "[]"
        blocks.append(f"{dump(title)}: {left}\n" + ",\n".join(rows) + f"\n{right}")
    text = "{\n" + ",\n".join(blocks) + "\n}\n"
    (FIXTURES / name).write_text(text, encoding="utf-8")


def dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def main() -> None:
    build_distributions(FIXTURES / "dist")
    write("metadata.json", {"metadata": metadata_table(FIXTURES / "dist")})
    write("versions.json", version_table())


if __name__ == "__main__":
    main()
