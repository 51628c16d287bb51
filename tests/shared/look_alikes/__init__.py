"""Documents whose visible page says one thing while something hidden, struck out, adjacent or stale says another.

Each is made by chance from a return that holds: what a person sees (`seen`) and what must not be read (`other`) are two
whole returns, each of which holds by itself, so that no arithmetic tells them apart. A file a family of forms has the
makers of its documents, `forms` says which makers a form has.
"""
