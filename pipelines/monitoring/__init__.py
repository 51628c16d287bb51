"""What is wrong or waits in a home, and who is told of it."""
