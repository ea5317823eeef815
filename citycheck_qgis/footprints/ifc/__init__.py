"""Buildings from IFC files: opening, spatial structure, shapes, outlines, attributes."""
