"""The registries that a cache pulls from."""
