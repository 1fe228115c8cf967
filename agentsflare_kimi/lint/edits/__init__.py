"""From a plan to the edits that write it into a source, and their application."""
