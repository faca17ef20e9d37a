"""How the systems of Lab 18 are made and measured; `solutions/make_audits.py` runs it."""
