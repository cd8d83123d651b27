"""The speed and scale harness: what a delivery costs, and how that grows with its size and age.

``python -m benchmarks`` (``make bench``) generates a synthetic gemeente in a temporary folder,
measures every station in a process of its own, and prints one table with the targets below it.
Nothing is kept, and a target that is missed is told, not enforced: how loaded a machine is decides
too much. What belongs here: making work, measuring it, and setting it beside a target. What does
not: any work of the warehouse, and judging whether its outcome is right (``tests``).
"""
