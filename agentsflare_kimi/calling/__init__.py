"""One request on its way: planned, guarded, retried, and its answer checked."""
