"""The panel of the site: name, time zone, country, currency."""
