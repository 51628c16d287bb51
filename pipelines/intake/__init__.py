"""Archived bytes: read, typed, judged, loaded, compared."""
