"""What people decide of returns (accept, correct, withdraw), and the proposals that they decide on."""
