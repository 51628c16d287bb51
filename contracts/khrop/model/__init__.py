"""The records of the library: rules, verdicts, violations, the facts of a document, messages."""
