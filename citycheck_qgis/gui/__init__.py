"""The plugin object and its pages; every action runs a Processing algorithm."""
