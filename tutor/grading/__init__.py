"""Is an answer right? If not, why? What to say next?"""
