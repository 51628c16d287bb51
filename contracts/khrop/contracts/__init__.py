"""The contracts that ship with the library, one module each."""
