"""What the newest botocore knows of the services that the server lacks: the answer of `make drift`.

    python drift.py FOLDER      # FOLDER holds that botocore, as `pip install --target FOLDER botocore` leaves it
"""

import json
import pathlib
import sys

import botocore.loaders

import model


def version_in(folder):
    (about,) = pathlib.Path(folder).glob("botocore-*.dist-info")
    return about.name.removeprefix("botocore-").removesuffix(".dist-info")


def main(folder):
    data = pathlib.Path(folder) / "botocore" / "data"
    loader = botocore.loaders.Loader(extra_search_paths=[str(data)], include_default_search_paths=False)
    for service in model.SERVICES:
        tell(service, version_in(folder), model.of_botocore(service, loader))


def tell(service, version, newest):
    ours = model.of_server(service)
    lacking = sorted(set(newest) - set(ours))
    found = []
    for operation in sorted(set(ours) & set(newest)):
        for part, suffix, constraints in (("input", "", True), ("output", " answer", False)):
            found += model.differences(
                ours[operation][part], newest[operation][part], operation + suffix, constraints=constraints
            )
        for error in sorted(set(newest[operation]["errors"]) - set(ours[operation]["errors"])):
            found.append((f"{operation} error {error}", "absent", "present"))

    print(f"\n{service}: botocore {version} knows {len(newest)} operations, the server states {len(ours)} of them.")
    print(f"\nOperations we lack: {len(lacking)}")
    for operation in lacking:
        members = ", ".join(newest[operation]["input"]["members"])
        print(f"  {operation}({members})")
    print(f"\nDifferences in the operations we have: {len(found)}")
    for path, mine, other in found:
        print(f"  {path}: we say {json.dumps(mine)}, the newest says {json.dumps(other)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
