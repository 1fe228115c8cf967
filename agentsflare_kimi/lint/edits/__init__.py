"""Turns migration plans into edits of the source, and applies them."""
