"""Execute the lab's notebooks in a terminal, and show what they print as they print it.

running    the notebooks, one at a time or all together; stops what they start on this machine
live       one notebook: each output the moment it arrives, an interrupt in order
copied     the executed copy, whose links and imports work from another folder
defaults   every setting at its default, the state of a lab in a folder that goes away
"""
