"""The commands that keep a home: look for damage, prove, judge again, rebuild, prune."""
