"""Algorithms on indicator values."""
