"""The catalog, what each model accepts, and how requests migrate between models."""
