"""Which meter models can be read, by the ids of their profiles."""

from __future__ import annotations

from pathlib import Path

from energy_workbench.runtime.paths import shipped


def profile_files(own: Path) -> dict[str, Path]:
    """Files of the profiles by id.

    Parameters
    ----------
    own : Path
        Folder of the user's profiles, which win over shipped ones of the same id.
    """
    folders = (shipped("collector/profiles"), own)
    return {path.stem: path for folder in folders for path in folder.glob("*.yaml") if path.is_file()}
