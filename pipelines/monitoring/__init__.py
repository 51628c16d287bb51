"""What is wrong or pending in a home, and who is notified of it."""
