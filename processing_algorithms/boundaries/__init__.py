"""Algorithms on boundaries and on the assignment of features to units."""
