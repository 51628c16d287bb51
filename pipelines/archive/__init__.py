"""Bytes as they came, once, under their SHA-256, and the ledger of when and how they came."""
