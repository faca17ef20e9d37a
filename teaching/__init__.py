"""What a course shows to others: its site and its slides. No class is given this folder."""
