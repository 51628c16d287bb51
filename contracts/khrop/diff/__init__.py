"""The changes between two versions of a contract, and whom they break."""
