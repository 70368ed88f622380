"""Records what a MongoDB driver does, asserts on it, and replays driver specification tests."""
