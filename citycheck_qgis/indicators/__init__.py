"""Indicator systems, values from annex tables, and typed roll-up."""
