"""Reads what came back: answers, streams, filter results and failures."""
