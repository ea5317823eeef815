"""One adapter per protocol: what a platform speaks, turned into `features` and back."""
