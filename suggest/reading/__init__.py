"""Parts of reading a typed text: the codes in it, and the package forms of drug directories."""
