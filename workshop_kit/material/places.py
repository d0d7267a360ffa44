"""Places: where the material lies that comes with the kit, in a checkout or installed."""

from pathlib import Path
from typing import Final

SHIPPED: Final = "intimacy"
RESOURCES: Final = "resources.yaml"

_PACKAGE: Final = Path(__file__).parents[1]


def shipped(name: str) -> Path:
    """Return the folder `data` or `notebooks` that comes with the kit, in a checkout or installed."""
    installed = _PACKAGE / "shipped" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def notebooks_of(folder: Path) -> Path:
    """Return where the notebooks of a workshop lie: in its own folder, else beside its data, else among those of the kit."""
    for place in (folder / "notebooks", folder.resolve().parent.parent / "notebooks"):
        if place.is_dir():
            return place
    return shipped("notebooks")
