"""Reads what a request says: its model, its parameters, its client, and the names bound to them."""
