"""The returns that count, judged by Great Expectations, with a page each."""
