"""Exchange with CIM platforms: one neutral feature model, an adapter per protocol, a merge that loses nothing."""
