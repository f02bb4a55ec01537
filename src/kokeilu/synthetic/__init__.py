"""Invented job seekers with a known truth: a register for demonstrations, tests and benchmarks."""
