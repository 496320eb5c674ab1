"""What Smart Smoker costs, beside others doing the same job: `python -m benchmarks`.

Whatever is measured is a process of its own, ours and the others alike. Its time runs from one of
its lines to another, and all of them say the same words at the same moments.
"""
