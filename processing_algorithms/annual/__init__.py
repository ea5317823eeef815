"""The whole checkup of a year in one run."""
