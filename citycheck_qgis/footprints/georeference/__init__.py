"""Where the local coordinates of a model lie on the earth: evidence, hypotheses, one answer with its reasons."""
