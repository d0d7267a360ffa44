"""The bill of materials: every package that constraints.txt pins, with version, licence and what it needs, as CycloneDX.

What an installed kit needs has the scope `required`, what one of its extras needs `optional`; what only developers use is `excluded`. It
holds no time and no serial number, so the same packages give the same bytes. `make sbom` writes it into `dist`; it is not kept in the
repository.
"""

import json
from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).parent.parent
FILE: Final = ROOT / "dist" / "workshop_kit.cdx.json"
KIT: Final = "workshop-kit"
# Longer ones are the text of a licence, not its name.
LONGEST_NAME: Final = 40


def bill(pins: Mapping[str, str]) -> dict[str, Any]:
    """Return the bill of some packages, by name and version, and of the kit.

    Raises
    ------
    PackageNotFoundError
        If one of them is not installed.
    ValueError
        If another version of it is.
    """
    installed: dict[str, Distribution] = {canonicalize_name(name): distribution(name) for name in [KIT, *pins]}
    others = [f"{name} {version}" for name, version in pins.items() if installed[canonicalize_name(name)].version != version]
    if others:
        raise ValueError(f"Another version is installed than constraints.txt names: {', '.join(others)}. Run `make test` to set up again.")
    extras = {*installed[KIT].metadata.get_all("Provides-Extra", [])} - {"dev"}
    required, optional = (_needs([KIT], installed, more) for more in ((), extras))
    needs = _needs(installed, installed, extras)
    refs = {name: _purl(name, each) for name, each in installed.items() if name != KIT} | {KIT: KIT}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": KIT, **_described(installed[KIT])}},
        "components": [
            {
                "type": "library",
                "bom-ref": refs[name],
                **_described(each),
                "scope": "required" if name in required else "optional" if name in optional else "excluded",
                "purl": refs[name],
            }
            for name, each in sorted(installed.items())
            if name != KIT
        ],
        "dependencies": [{"ref": refs[name], "dependsOn": sorted(refs[need] for need in needs[name])} for name in sorted(installed)],
    }


def pinned(constraints: str) -> dict[str, str]:
    """Return the version of each package that a file of constraints names."""
    lines = (line.strip() for line in constraints.splitlines())
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def write() -> None:
    """Write the bill of what constraints.txt pins, and say where it is."""
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(bill(pinned((ROOT / "constraints.txt").read_text(encoding="utf-8"))), indent=1) + "\n", encoding="utf-8")
    print(f"Wrote {FILE}.")


def _described(package: Distribution) -> dict[str, Any]:
    licences = _licences(package)
    return {"name": package.metadata["Name"], "version": package.version} | ({"licenses": licences} if licences else {})


def _licences(package: Distribution) -> list[dict[str, Any]]:
    """Return the licences of a package as it declares them: an expression, or else names."""
    for expression in package.metadata.get_all("License-Expression", []):
        return [{"expression": expression}]
    classifiers = [each for each in package.metadata.get_all("Classifier", []) if each.startswith("License :: OSI Approved ::")]
    names = [each.rpartition(" :: ")[2] for each in classifiers] or package.metadata.get_all("License", [])
    return [{"license": {"name": name}} for name in names if 0 < len(name) <= LONGEST_NAME]


def _needs(start: Iterable[str], installed: Mapping[str, Distribution], extras: Iterable[str] = ()) -> dict[str, set[str]]:
    """Return what each of some packages needs, and each of those, and so on, with the kit's extras and those asked for on the way."""
    ahead = [*((name, "") for name in start), *((KIT, extra) for extra in extras)]
    needs: dict[str, set[str]] = {name: set() for name, _ in ahead}
    seen = set(ahead)
    while ahead:
        name, extra = ahead.pop()
        for need in map(Requirement, installed[name].requires or []):
            other = canonicalize_name(need.name)
            # One that another system needs is not pinned.
            if other in installed and (need.marker is None or need.marker.evaluate({"extra": extra})):
                needs[name].add(other)
                needs.setdefault(other, set())
                new = {(other, each) for each in ("", *need.extras)} - seen
                seen |= new
                ahead += new
    return needs


def _purl(name: str, package: Distribution) -> str:
    return f"pkg:pypi/{name}@{package.version}"


if __name__ == "__main__":
    write()
