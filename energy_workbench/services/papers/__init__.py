"""What is printed of meters: commissioning sheets, and labels with QR codes."""
