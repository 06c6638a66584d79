"""The gateways of the site with their options."""
