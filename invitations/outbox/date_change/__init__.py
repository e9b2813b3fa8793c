"""Dates that move: asked for, put in force, and what offices then say again."""
