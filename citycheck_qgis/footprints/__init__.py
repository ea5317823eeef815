"""Georeferenced building footprints from BIM (IFC) and city models (CityJSON, CityGML), tied to building codes."""
