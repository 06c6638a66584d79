"""Models are driven on a real home: the plant whose energies are known exactly."""

from tests.workbench.conftest import plant_home, wb

__all__ = ["plant_home", "wb"]
