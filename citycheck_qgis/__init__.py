"""What CityCheck knows: one sub-package per room of the data flow."""
