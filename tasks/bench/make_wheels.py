"""Writes wheels of a given size: make_wheels.py FOLDER COUNT BYTES."""

import os
import sys
import zipfile

BLOCK = 1024 * 1024
METADATA = "Metadata-Version: 2.1\nName: bench\nVersion: 1.0\n"


def write_wheel(folder: str, number: int, size: int) -> None:
    tag = f"py3-none-manylinux_2_{number}_x86_64"
    info = "bench-1.0.dist-info"
    names = ["bench/data.bin", f"{info}/METADATA", f"{info}/WHEEL", f"{info}/RECORD"]
    path = os.path.join(folder, f"bench-1.0-{tag}.whl")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as wheel:
        with wheel.open(names[0], "w") as data:
            for start in range(0, size, BLOCK):
                data.write(os.urandom(min(BLOCK, size - start)))
        wheel.writestr(names[1], METADATA)
        wheel.writestr(names[2], f"Wheel-Version: 1.0\nGenerator: bench\nTag: {tag}\n")
        wheel.writestr(names[3], "".join(f"{name},,\n" for name in names))


def main() -> None:
    folder, count, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    os.makedirs(folder)
    for number in range(5, 5 + count):
        write_wheel(folder, number, size)


main()
