"""The marts of the register of local authorities: one SQL file each, with the comments of their tables and columns."""
