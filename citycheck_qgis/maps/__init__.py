"""Symbology, sheets and the editable project of the annual problem distribution map."""
