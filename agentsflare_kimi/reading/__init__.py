"""What came back means: answers, streams, filter results and failures."""
