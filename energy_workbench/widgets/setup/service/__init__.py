"""A meter's commissioning sheet: checked, signed, and its versions."""
