"""What the workbench says, recorded and compared."""
