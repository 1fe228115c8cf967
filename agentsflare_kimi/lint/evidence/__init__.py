"""What speaks for a name being asked for, and what against; and how safe that makes a fix."""
