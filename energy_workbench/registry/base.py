"""Base of the parts of the registry: the database that they share."""

from __future__ import annotations

from energy_workbench.domain.entities import Site
from energy_workbench.domain.time.period import zone_of
from energy_workbench.registry import migrate
from energy_workbench.registry.storage.database import Database


class Opened:
    """A registry's database, created, checked and closed.

    Parameters
    ----------
    url : str
        SQLAlchemy URL: `sqlite:///path` or `postgresql://…`. Nothing is opened before the first call.
    """

    def __init__(self, url: str) -> None:
        self.database = Database(url, lock=7_234_001)

    def migrate(self, timezone: str = "Asia/Kolkata", site_name: str = "Plant", keys_above: int = 0) -> None:
        """Create the registry or bring it up to date; the site is written where there is none yet.

        Parameters
        ----------
        keys_above : int
            Keys of meters of a site that is new are greater than this.

        Raises
        ------
        HomeError
            If the place cannot be written, or a newer version of the program has written there.
        """
        zone_of(timezone)
        migrate.migrate(self.database, Site(name=site_name, timezone=timezone), keys_above)

    def check(self) -> None:
        """Make sure that the registry exists and is of this version.

        Raises
        ------
        HomeError
            If not; it says what to do.
        """
        migrate.check(self.database)

    def close(self) -> None:
        """Close every connection."""
        self.database.close()
