"""The records that everything speaks of: rule, verdict, violation, document facts, messages."""
