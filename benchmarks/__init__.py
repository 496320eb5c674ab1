"""What Smart Smoker costs, beside the plainest scripts that do the same: `python -m benchmarks`.

A script under measurement is a process of its own, ours and the plain one alike. Its time runs from
one of its lines to another, and both say the same words at the same moments.
"""
