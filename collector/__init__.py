"""The acquisition process: reads Modbus meters by their profiles and spools what they said."""
