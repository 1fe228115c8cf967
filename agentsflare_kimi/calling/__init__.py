"""Carries a request to its answer: plans, guards, retries, and checks the answer."""
