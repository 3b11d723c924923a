"""A small registry that serves images of an OCI layout, and a maker of such images: an upstream without Docker."""
