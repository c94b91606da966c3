"""The class game: groups play ministries that choose measures for a few rounds, and the model says what they do.

`menu` is what may be chosen, `rules` who may do what when, `journal` keeps what was done in a file, `playing` makes a
scenario of it, `scoring` reads its runs, `messages` what a page may send, and `hall` is the game while it is on.
"""
