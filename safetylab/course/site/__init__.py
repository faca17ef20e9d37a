"""Makes the site (``make site``) and the slides (``make slides``) from labs and runs.

Text and code come from the notebooks that a class is given, pictures and printed lines from one run
of each solution. Nothing else of a solution may reach a page; `proof` says how that is tested.
"""
