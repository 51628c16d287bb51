"""What a backend does in its own way, a module each; what all of them do is in the packages above."""
