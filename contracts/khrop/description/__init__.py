"""What a contract says, as data and as sentences; the exports, the differences and the pages are made from it."""
