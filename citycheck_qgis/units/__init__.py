"""Boundaries: codes, names, hierarchy, topology, and the assignment of features to units."""
